// The public API of @metronome/sdk.
export { connect, quickPlay, watch } from "./connect.ts";
export { EndedError, type ErrorCode, MetronomeError } from "./errors.ts";
export { Lobby, LobbyError } from "./lobby.ts";
export { Buttons } from "./page/buttons.ts";
export { FIXED, Kind, unitOf } from "./schema.ts";
export type * from "./api.ts";
export type * from "./game.ts";
export type { CreateOptions, Join, ListFilter, Room } from "./lobby.ts";
export type { ColumnSchema, CommandField, EventSchema, InputField, ParamField, Schema, TableSchema } from "./schema.ts";
