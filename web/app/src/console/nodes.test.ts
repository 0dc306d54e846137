import { create } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { NodeInfoSchema, SilentNodeSchema } from "./gen/metronome/v1/console_pb.ts";

vi.mock("./dialog.ts", () => ({ option: () => null })); // it wants the page
const { addressOf, knowNodes, nodeName, sameNode, severalNodes, silence } = await import("./nodes.ts");

test("nodes have names, and one of them is asked", () => {
  expect([nodeName("a"), severalNodes()]).toEqual(["a", false]);
  knowNodes([create(NodeInfoSchema, { id: "a", url: "https://eu.example/", self: true }), create(NodeInfoSchema, { id: "b", url: "http://10.0.0.2:8080" })]);
  expect([nodeName("a"), nodeName("b"), nodeName("c"), severalNodes()]).toEqual(["eu.example", "10.0.0.2:8080", "c", true]);
  expect([sameNode("", "a"), sameNode("a", "b"), sameNode("", ""), sameNode("b", "")]).toEqual([true, false, true, false]);
  expect([addressOf("a"), addressOf("b")]).toEqual(["", "b"]);
  const silent = (...nodes: string[]) => silence(nodes.map((node) => create(SilentNodeSchema, { node })));
  expect([silent(), silent("b"), silent("b", "c")]).toEqual(["", "Without 10.0.0.2:8080: that node does not answer.", "Without 10.0.0.2:8080, c: those nodes do not answer."]);
});
