// A record that a link led to is open again for who comes back to it from one of its own links.
window.addEventListener("pageshow", () => {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  place?.closest("details.hoam-record")?.setAttribute("open", "");
});

// What scrolls can be scrolled by keys. The theme sees to that when a window has changed, and this when
// something was opened: a table in a record, or code in a solution, scrolls only then.
const reach = () => {
  for (const node of document.querySelectorAll(
    "pre, .cell_output > .output, .pst-scrollable-table-container, .hoam-scroll",
  )) {
    const scrolls = node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight;
    node.tabIndex = scrolls ? 0 : -1;
  }
};
for (const event of ["load", "resize"]) window.addEventListener(event, reach);
document.addEventListener("toggle", reach, true);
document.addEventListener("click", (click) => click.target.closest(".toggle") && reach());
