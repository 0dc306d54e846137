import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { HealthSchema, NodeInfoSchema, RoomLineSchema } from "./gen/metronome/v1/console_pb.ts";
import { moveMeans, placeOptions, placesFor } from "./move.ts";

const node = (id: string, rest: object = {}) => create(NodeInfoSchema, { id, state: "ready", modes: { ffa: "1", duel: "7" }, rooms: 2, cpuPermille: 34, ...rest });
const room = create(RoomLineSchema, { id: "r", node: "a", mode: "ffa", taken: 5, bots: 3 });

test("a room goes to a node in service that has its mode, to the same build of it first", () => {
  const others = [
    node("a"),
    node("other build", { modes: { ffa: "2", duel: "7" } }),
    node("b"),
    node("other game", { modes: { chess: "1" } }),
    node("draining", { draining: true }),
    node("starting", { state: "starting" }),
    node("silent", { health: create(HealthSchema, { mood: "bad", word: "does not answer" }) }),
    node("new", { state: "" }),
  ];
  expect(placesFor(room, others).map((p) => [p.node.id, p.otherBuild])).toEqual([["b", false], ["new", false], ["other build", true]]);
});

test("the question says where to and what becomes of the players", () => {
  expect(placeOptions([{ node: node("b"), otherBuild: false }, { node: node("c"), otherBuild: true }], (id) => `host ${id}`)).toEqual([
    { value: "", title: "the one that fits best" },
    { value: "b", title: "host b (2 rooms, CPU 3.4 %)" },
    { value: "c", title: "host c (2 rooms, CPU 3.4 %, another build)" },
  ]);
  expect(moveMeans(room)).toContain("Its 2 players come after it");
  expect(moveMeans(create(RoomLineSchema, { taken: 1 }))).toContain("Its 1 player comes after it");
  expect(moveMeans(create(RoomLineSchema, { taken: 3, bots: 3 }))).toContain("Whoever is in it comes after it");
});
