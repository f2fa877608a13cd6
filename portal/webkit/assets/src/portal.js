import { common } from "./js/common.js";
import { steps } from "./js/steps.js";

common();
steps();
