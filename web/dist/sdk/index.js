export * from "./45e33c66733d30b9/index.js";
