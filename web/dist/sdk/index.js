export * from "./54eb459de0d317ef/index.js";
