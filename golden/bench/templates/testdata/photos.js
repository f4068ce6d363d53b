// Renders a template over a payload again and again: node photos.js TEMPLATE PAYLOAD ROUNDS.
const fs = require('fs');
const { parse, Compile } = require('velocityjs');

const tree = parse(fs.readFileSync(process.argv[2], 'utf8'));
const body = fs.readFileSync(process.argv[3], 'utf8');
const render = () => new Compile(tree).render({ input: { path: () => JSON.parse(body) } });

let out = '';
for (let i = 0; i < 20000; i++) out = render();
console.log(Buffer.from(out).toString('base64'));
for (let round = 0; round < Number(process.argv[4]); round++) {
  const n = 100;
  const start = process.hrtime.bigint();
  for (let i = 0; i < n; i++) render();
  console.log(Number(process.hrtime.bigint() - start) / n);
}
