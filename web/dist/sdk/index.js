export * from "./8dd646cee8d822ba/index.js";
