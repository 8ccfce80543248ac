// A site's colour made readable: text on it, and the colour itself as text, in light and dark.
// Contrast as in https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio

const ENOUGH = 4.5;
// By night a colour that is just readable looks dull.
const BRIGHT = 7;
const STEP = 0.05;
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
// The paper of chat.css in dark.
const NIGHT = [20, 32, 35];
const TINT = 0.88;

function parse(colour) {
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(colour?.trim() ?? "")?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16));
}

function luminance(colour) {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const mix = (one, other, share) => one.map((part, i) => Math.round(part + (other[i] - part) * share));
const written = (colour) => `rgb(${colour.join(" ")})`;

/** The colour, led towards `pole` until it can be read on `ground`. */
function readable(colour, ground, pole, wanted) {
  let share = 0;
  while (share < 1 && contrast(mix(colour, pole, share), ground) < wanted) share += STEP;
  return mix(colour, pole, Math.min(1, share));
}

/** Custom properties of chat.css for a colour as "#rrggbb"; none for anything else. */
export function palette(colour) {
  const own = parse(colour);
  if (!own) return {};
  const day = mix(own, WHITE, TINT);
  const night = mix(own, NIGHT, TINT);
  return {
    "--accent": written(own),
    "--on-accent": contrast(own, WHITE) >= ENOUGH ? "#fff" : "#000",
    "--brand-day": written(readable(own, day, BLACK, ENOUGH)),
    "--tint-day": written(day),
    "--brand-night": written(readable(own, night, WHITE, BRIGHT)),
    "--tint-night": written(night),
  };
}
