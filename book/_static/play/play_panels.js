// The panels of the page that is played with: dots in a plane, and curves over time. Each fills its
// canvas at the resolution of the screen, and draws on white, as all figures of the book do.
const hoamPanels = (() => {
  const INK = "#222222", FAINT = "#d0d0d0", FONT = "12px system-ui, sans-serif";
  const MARGIN = { left: 56, right: 10, top: 24, bottom: 40 };
  const OUTSIDE = 255, LAST_LEVEL = 254;

  // Round values in a range: steps of 1, 2 or 5 times a power of ten.
  const ticks = (low, high, most) => {
    const rough = (high - low) / most;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * unit).find((size) => size >= rough);
    const found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
    return found;
  };

  // The powers of ten in a range, every second or third where they are many.
  const decades = (low, high, most) => {
    const first = Math.ceil(Math.log10(low)), last = Math.floor(Math.log10(high));
    const stride = Math.ceil((last - first + 1) / most);
    const found = [];
    for (let power = first; power <= last; power += stride) found.push(10 ** power);
    return found;
  };

  const superscript = (power) =>
    [...String(power)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("");

  // A number for a reader: some digits, and a power of ten where it is small or large.
  const words = (value, digits = 3) => {
    if (value === null || !Number.isFinite(value)) return "not finite";
    if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
      const [mantissa, power] = value.toExponential(digits - 1).split("e");
      return `${mantissa} × 10${superscript(Number(power))}`.replace("-", "−");
    }
    return String(Number(value.toPrecision(digits))).replace("-", "−");
  };

  // Clear a canvas and return its context, its inner frame and the maps from values to pixels.
  const open = (canvas, x, y, scale) => {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, width, height);
    pen.font = FONT;
    const frame = {
      left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom,
    };
    const warp = scale === "logarithmic" ? Math.log10 : (value) => value;
    const [low, high] = y.map(warp);
    return {
      pen, frame, width, height,
      across: (value) => frame.left + ((value - x[0]) / (x[1] - x[0])) * (frame.right - frame.left),
      up: (value) => frame.bottom - ((warp(value) - low) / (high - low)) * (frame.bottom - frame.top),
    };
  };

  // Ticks, axes and their labels; the vertical label stands above its axis, where there is room.
  const axes = (panel, x, y, labels, scale) => {
    const { pen, frame, across, up } = panel;
    pen.lineWidth = 1;
    pen.textBaseline = "top";
    pen.textAlign = "center";
    for (const value of ticks(...x, Math.max(2, (frame.right - frame.left) / 60))) {
      pen.strokeStyle = FAINT;
      pen.beginPath();
      pen.moveTo(across(value), frame.top);
      pen.lineTo(across(value), frame.bottom);
      pen.stroke();
      pen.fillStyle = INK;
      pen.fillText(words(value), across(value), frame.bottom + 5);
    }
    pen.textBaseline = "middle";
    pen.textAlign = "right";
    const most = Math.max(2, (frame.bottom - frame.top) / 35);
    for (const value of scale === "logarithmic" ? decades(...y, most) : ticks(...y, most)) {
      pen.strokeStyle = FAINT;
      pen.beginPath();
      pen.moveTo(frame.left, up(value));
      pen.lineTo(frame.right, up(value));
      pen.stroke();
      pen.fillStyle = INK;
      const power = `10${superscript(Math.round(Math.log10(value)))}`;
      pen.fillText(scale === "logarithmic" ? power : words(value), frame.left - 6, up(value));
    }
    pen.strokeStyle = INK;
    pen.beginPath();
    pen.moveTo(frame.left, frame.top);
    pen.lineTo(frame.left, frame.bottom);
    pen.lineTo(frame.right, frame.bottom);
    pen.stroke();
    pen.fillStyle = INK;
    pen.textAlign = "center";
    pen.textBaseline = "bottom";
    // A long label moves to the left to stay whole, and is squeezed where it does not fit at all.
    const room = panel.width - 4, half = Math.min(room, pen.measureText(labels[0]).width) / 2;
    const middle = Math.min((frame.left + frame.right) / 2, panel.width - half - 2);
    pen.fillText(labels[0], middle, panel.height - 4, room);
    pen.save();
    pen.translate(10, (frame.top + frame.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textBaseline = "middle";
    pen.fillText(labels[1], 0, 0);
    pen.restore();
  };

  const clip = ({ pen, frame }) => {
    pen.beginPath();
    pen.rect(frame.left, frame.top - 1, frame.right - frame.left, frame.bottom - frame.top + 2);
    pen.clip();
  };

  // The samples of one time, and how many of them are outside.
  const scatter = (canvas, { states, limits, labels, name, colour }) => {
    const panel = open(canvas, ...limits), { pen, across, up } = panel;
    axes(panel, ...limits, labels);
    pen.textAlign = "left";
    pen.textBaseline = "middle";
    pen.fillText(name, MARGIN.left + 12, 12);
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(MARGIN.left + 4, 12, 4, 0, 7);
    pen.fill();
    const place = (level, [low, high]) => low + (level / LAST_LEVEL) * (high - low);
    let outside = 0;
    pen.globalAlpha = 0.75;
    for (let i = 0; i < states.length; i += 2) {
      if (states[i] === OUTSIDE || states[i + 1] === OUTSIDE) outside += 1;
      else {
        pen.beginPath();
        pen.arc(across(place(states[i], limits[0])), up(place(states[i + 1], limits[1])), 1.8, 0, 7);
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
    return outside;
  };

  // Curves over time, with a mark at one of the times on each.
  const curves = (canvas, { times, window: range, scale, labels, lines, frame: now }) => {
    const x = [times[0], times.at(-1)];
    const panel = open(canvas, x, range, scale), { pen, across, up, frame } = panel;
    axes(panel, x, range, labels, scale);
    let left = frame.left;
    for (const { name, colour, dashes } of lines) {
      pen.strokeStyle = colour;
      pen.lineWidth = 2;
      pen.setLineDash(dashes.map((length) => 2 * length));
      pen.beginPath();
      pen.moveTo(left, 12);
      pen.lineTo(left + 28, 12);
      pen.stroke();
      pen.textAlign = "left";
      pen.textBaseline = "middle";
      pen.fillText(name, left + 34, 12);
      left += pen.measureText(name).width + 58;
    }
    pen.save();
    clip(panel);
    for (const { values, colour, dashes } of lines) {
      pen.strokeStyle = colour;
      pen.setLineDash(dashes.map((length) => 2 * length));
      pen.beginPath();
      let drawn = false; // a value that is not finite interrupts the curve
      values.forEach((value, i) => {
        const shown = value !== null && (scale !== "logarithmic" || value > 0);
        if (shown && drawn) pen.lineTo(across(times[i]), up(value));
        else if (shown) pen.moveTo(across(times[i]), up(value));
        drawn = shown;
      });
      pen.stroke();
    }
    pen.setLineDash([]);
    pen.lineWidth = 1;
    pen.strokeStyle = INK;
    pen.beginPath();
    pen.moveTo(across(times[now]), frame.top);
    pen.lineTo(across(times[now]), frame.bottom);
    pen.stroke();
    for (const { values, colour } of lines) {
      if (values[now] === null) continue;
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(across(times[now]), up(values[now]), 4, 0, 7);
      pen.fill();
    }
    pen.restore();
  };

  return { curves, scatter, words };
})();
