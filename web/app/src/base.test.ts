import { expect, it } from "vitest";
import { base } from "./base.ts";

it.each([
  ["http://h:8080/", "http://h:8080"],
  ["http://h:8080/play?room=a/b#x/y", "http://h:8080"],
  ["https://h/game/", "https://h/game"],
  ["https://h/a/b/console", "https://h/a/b"],
])("the server of %s is %s", (here, want) => expect(base(here)).toBe(want));
