export * from "./337aa4a1a19b4db0/index.js";
