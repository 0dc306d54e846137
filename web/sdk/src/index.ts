// The public API of @metronome/sdk.
export { connect, quickPlay, watch } from "./connect.ts";
export { EndedError, type ErrorCode, LobbyError, MetronomeError } from "./errors.ts";
export { Lobby } from "./lobby.ts";
export { listQueues, measureLatency } from "./queue/latency.ts";
export { EntryError, Matchmaking, matchmake, resumeMatchmaking } from "./queue/matchmake.ts";
export { createParty, joinParty, Party } from "./queue/party.ts";
export { Buttons } from "./page/buttons.ts";
export { predict } from "./predict/step.ts";
export { FIXED, Kind, unitOf } from "./schema.ts";
export type * from "./api.ts";
export type * from "./game.ts";
export type { CreateOptions, Join, ListFilter, Room } from "./lobby.ts";
export type { QueueOptions } from "./queue/latency.ts";
export type { Kept, MatchmakeOptions, MatchmakingEvents } from "./queue/matchmake.ts";
export type { PartyEvents, PartyOptions } from "./queue/party.ts";
export type { StepPrediction, StepRow } from "./predict/step.ts";
export type * from "./queue/types.ts";
export type { ColumnSchema, CommandField, EventSchema, InputField, ParamField, Schema, TableSchema } from "./schema.ts";
