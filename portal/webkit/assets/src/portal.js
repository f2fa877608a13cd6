import { common } from "./js/common.js";
import { countdown } from "./js/countdown.js";
import { steps } from "./js/steps.js";

common();
countdown();
steps();
