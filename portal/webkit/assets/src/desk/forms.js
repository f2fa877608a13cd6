import htmx from "htmx.org";

// A choice that other fields depend on asks for the form anew; what was typed stays.
export function forms() {
  document.addEventListener("change", (e) => {
    const fields = e.target.closest("select") && e.target.closest("[data-refresh]");
    if (fields) htmx.trigger(fields, "refresh");
  });
}
