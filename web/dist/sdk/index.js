export * from "./6f521229d61a6c81/index.js";
