export * from "./9f8ca55834664c30/index.js";
