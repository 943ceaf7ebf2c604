// The page that is played with: menus choose system, parameter and method, a slider the time. The
// data of a system arrive as a script that calls `hoamPlay.take`, once the system is first chosen.
const hoamPlay = (() => {
  const known = {};
  let form, menus, slider, button, canvases, status, timer = null;

  const chosen = () => {
    const system = known[menus.system.value];
    const shown = system && system.cases[menus.mu.value];
    return shown && { system, shown, model: shown.models[menus.method.value] };
  };

  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  // The levels of all samples at all times, from their steps from one time to the next.
  const added = (text, count) => {
    const levels = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const size = levels.length / count;
    for (let i = size; i < levels.length; i++) levels[i] += levels[i - size]; // modulo 256
    return levels;
  };

  // The levels of all samples at one time, of a truth or a model.
  const states = (series, frame, count) => {
    series.levels ??= added(series.steps, count);
    const size = series.levels.length / count;
    return series.levels.subarray(frame * size, (frame + 1) * size);
  };

  const draw = () => {
    const found = chosen();
    if (!found) return;
    const { system, shown, model } = found, { truth } = shown, { words } = hoamPanels;
    const frame = Number(slider.value), count = system.times.length;
    const labels = [system.horizontal, system.vertical];
    const series = [truth, model];
    const outside = series.map(({ name, colour }, i) => {
      const levels = states(series[i], frame, count);
      return hoamPanels.scatter(canvases[i], {
        states: levels, limits: system.limits, labels, name, colour,
      });
    });
    hoamPanels.curves(canvases[2], {
      ...system, frame, lines: series, labels: [system.time, system.observable],
    });
    const total = states(truth, frame, count).length / 2;
    const time = `t = ${words(system.times[frame])}`;
    const values = series.map((one) => words(one.values[frame]));
    const lost = series.flatMap((one, i) =>
      outside[i] ? [` ${outside[i]} of ${total} samples of ${one.name} are outside the panel.`] : []);
    const observable = system.observable.replace(/ \[.*/, "");
    form.elements.clock.value = time;
    slider.setAttribute("aria-valuetext", time);
    status.textContent =
      `${capital(system.title)}, ${system.parameter} = ${shown.mu}, ${time}. ${capital(observable)}: ` +
      `${values[0]} in the full model, ${values[1]} in ${model.name}. Error of ${model.name} over all ` +
      `times: ${words(model.error, 2)} (floor ${words(shown.floor, 2)}).${lost.join("")}`;
    series.forEach((one, i) => canvases[i].setAttribute("aria-label",
      `${capital(one.name)} at ${time}: ${total} samples, ${labels[0]} across, ${labels[1]} upwards`));
    canvases[2].setAttribute("aria-label",
      `${capital(system.observable)} over ${system.time}, full model and ${model.name}, mark at ${time}`);
  };

  const fill = (menu, names, wanted) => {
    menu.replaceChildren(...names.map((name, i) => new Option(name, i)));
    menu.value = Math.max(0, names.indexOf(wanted));
  };

  const label = (menu) => menu.selectedOptions[0]?.textContent;

  // Fill the menus that depend on the system; a method stays chosen where the system has it.
  const show = () => {
    const system = known[menus.system.value];
    if (!system) return;
    const letter = system.parameter;
    menus.mu.previousElementSibling.textContent = `Parameter ${letter}`;
    fill(menus.mu, system.cases.map((one) => String(one.mu)), label(menus.mu));
    fill(menus.method, system.cases[0].models.map((model) => model.name), label(menus.method));
    const share = Number(slider.value) / Number(slider.max || 1) || 0;
    slider.max = system.times.length - 1;
    slider.value = Math.round(share * slider.max);
    draw();
  };

  const choose = () => {
    stop();
    const stem = menus.system.value;
    if (known[stem]) return show();
    status.textContent = "Loading…";
    const script = document.createElement("script");
    script.src = `${form.dataset.folder}${stem}.js`;
    script.onerror = () => (status.textContent = `The data of ${label(menus.system)} did not load.`);
    document.head.append(script);
  };

  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = "Play";
    status.setAttribute("aria-live", "polite");
  };

  // Nothing moves until it is asked for; where less motion is wanted, it moves in slow steps.
  const start = () => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (slider.value === slider.max) slider.value = 0;
    button.textContent = "Pause";
    status.setAttribute("aria-live", "off"); // it would be read out at every step
    timer = setInterval(() => {
      slider.stepUp();
      if (slider.value === slider.max) stop();
      draw();
    }, calm ? 1000 : 160);
    draw();
  };

  const toggle = () => (timer === null ? start() : (stop(), draw()));

  const asked = () => location.hash.replace("#play-", "").replaceAll("-", "_");

  const follow = () => {
    if (![...menus.system.options].some(({ value }) => value === asked())) return;
    menus.system.value = asked();
    choose();
  };

  document.addEventListener("DOMContentLoaded", () => {
    form = document.querySelector("form.hoam-play");
    if (!form) return;
    menus = form.elements;
    slider = menus.time;
    button = form.querySelector("button");
    canvases = [...form.querySelectorAll("canvas")];
    status = form.querySelector("[role=status]");
    menus.system.addEventListener("change", choose);
    for (const menu of [menus.mu, menus.method]) menu.addEventListener("change", draw);
    slider.addEventListener("input", () => (stop(), draw()));
    button.addEventListener("click", toggle);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("keydown", (event) => {
      if (event.key !== " " || event.target !== slider) return; // a button does it by itself
      event.preventDefault();
      toggle();
    });
    window.addEventListener("hashchange", follow);
    form.hidden = false;
    form.nextElementSibling.hidden = true;
    if ([...menus.system.options].some(({ value }) => value === asked())) menus.system.value = asked();
    choose();
    new ResizeObserver(draw).observe(form);
  });

  return {
    take: (stem, system) => {
      known[stem] = system;
      if (menus.system.value === stem) show();
    },
  };
})();
