// A record that a link led to is open again for who comes back to it from one of its own links.
window.addEventListener("pageshow", () => {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  place?.closest("details.hoam-record")?.setAttribute("open", "");
});
