// The public API of @metronome/sdk.
export { connect, quickPlay } from "./connect.ts";
export { Lobby, LobbyError } from "./lobby.ts";
export { FIXED, Kind } from "./schema.ts";
export type * from "./api.ts";
export type * from "./game.ts";
export type { CreateOptions, Join, ListFilter, Room } from "./lobby.ts";
export type { ColumnSchema, CommandField, EventSchema, InputField, ParamField, Schema, TableSchema } from "./schema.ts";
