// All that predicts, in one piece: a page loads it once there is something to predict with.
export { Prediction } from "./prediction.ts";
export { StepPredictor } from "./steppredictor.ts";
export { loadWasm } from "./wasm.ts";
