import htmx from "htmx.org";
import { common } from "./js/common.js";
import { tables } from "./js/table.js";
import { board } from "./desk/board.js";
import { forms } from "./desk/forms.js";
import { keys, menu } from "./desk/keys.js";

window.htmx = htmx;
common();
tables();
menu();
keys();
forms();
board();
// The token of the page's own forms goes with every request htmx makes.
document.addEventListener("htmx:configRequest", (e) => {
  const field = document.querySelector("input[name=_csrf]");
  if (field) e.detail.headers["X-CSRF-Token"] = field.value;
});
