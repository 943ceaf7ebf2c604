// The form above the index of figures narrows it to a system, a method and a claim. A choice can be
// part of the address, as in figures.html?claims=C4.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form.hoam-filter");
  if (!form) return;
  const menus = [...form.elements].filter((element) => element.name);
  const cards = [...document.querySelectorAll("li.hoam-card")];
  const narrow = () => {
    const chosen = menus.filter((menu) => menu.value);
    for (const card of cards) {
      card.hidden = !chosen.every((menu) => card.dataset[menu.name].split("|").includes(menu.value));
    }
    const shown = cards.filter((card) => !card.hidden).length;
    form.querySelector("[role=status]").textContent = `${shown} of ${cards.length} figures`;
  };
  const remember = () => {
    const address = new URL(location.href);
    for (const menu of menus) {
      if (menu.value) address.searchParams.set(menu.name, menu.value);
      else address.searchParams.delete(menu.name);
    }
    history.replaceState(null, "", address);
  };
  const asked = new URLSearchParams(location.search);
  for (const menu of menus) {
    const value = asked.get(menu.name);
    if ([...menu.options].some((option) => option.value === value)) menu.value = value;
  }
  form.addEventListener("change", () => {
    narrow();
    remember();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  // The menus are reset after the event.
  form.addEventListener("reset", () => setTimeout(() => (narrow(), remember())));
  form.hidden = false;
  narrow();
});
