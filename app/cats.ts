/** One cat as SVG, drawn from its number: the same number is always the same cat. */
export const cat = (number: number): string => {
  const hue = (number * 67) % 360;
  const fur = `hsl(${hue} 55% 58%)`;
  const dark = `hsl(${hue} 45% 38%)`;
  return `<svg viewBox="0 0 120 120" role="img" aria-label="cat ${number}" xmlns="http://www.w3.org/2000/svg">
<path d="M25 52 L22 12 L52 32 Z M95 52 L98 12 L68 32 Z" fill="${dark}"/>
<circle cx="60" cy="66" r="44" fill="${fur}"/>
${stripes(number, dark)}
${eyes(number)}
<path d="M54 76 h12 l-6 7 Z" fill="#d66"/>
<path d="M60 83 q-8 12 -18 5 M60 83 q8 12 18 5" fill="none" stroke="#333" stroke-width="3" stroke-linecap="round"/>
<path d="M14 72 l24 4 M14 86 l24 -4 M106 72 l-24 4 M106 86 l-24 -4" stroke="#333" stroke-width="2"/>
</svg>`;
};

const stripes = (number: number, colour: string): string =>
  Array.from({ length: 1 + (number % 3) }, (_, each) => {
    const x = 60 + (each - (number % 3) / 2) * 14;
    return `<path d="M${x} 24 v16" stroke="${colour}" stroke-width="6" stroke-linecap="round"/>`;
  }).join('');

const eyes = (number: number): string => {
  const asleep = number % 4 === 3;
  if (asleep) return '<path d="M36 60 q8 8 16 0 M68 60 q8 8 16 0" fill="none" stroke="#333" stroke-width="3"/>';
  return [44, 76]
    .map((x) => `<ellipse cx="${x}" cy="60" rx="8" ry="10" fill="#fff"/><ellipse cx="${x}" cy="60" rx="3" ry="8"/>`)
    .join('');
};
