// Tables of the class hoam-sortable sort by a column when its heading is pressed.
document.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll("table.hoam-sortable")) {
    const body = table.tBodies[0];
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const ascending = heading.getAttribute("aria-sort") !== "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        const key = (row) => row.cells[column].dataset.value;
        const order = (a, b) => {
          if (column === 0) return a.cells[0].textContent.localeCompare(b.cells[0].textContent);
          return Number(key(a)) - Number(key(b));
        };
        const known = [...body.rows].filter((row) => column === 0 || key(row) !== undefined);
        const unknown = [...body.rows].filter((row) => !known.includes(row));
        known.sort(order);
        body.append(...(ascending ? known : known.reverse()), ...unknown);
      });
    });
  }
});
