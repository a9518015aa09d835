import {createRequire} from 'node:module';
import {readFileSync, mkdirSync} from 'node:fs';
const require = createRequire(import.meta.url);
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const base = process.argv[2];
const paths = ['/guide', '/guide/act','/guide/who-decides','/guide/daily-life','/guide/too-hard','/guide/big-effect','/guide/carers','/guide/young','/guide/money','/guide/disagree','/guide/data','/guide/examples','/guide/form','/guide/example/A01','/guide/example/A07','/guide/example/U11','/guide/example/U08','/guide/example/C14','/guide/example/A01?fact=outcomes.nutrition.assistance&is=no'];
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
let bad = 0, states = 0;
for (const [width, forced, open] of [[320,false,false],[320,true,true],[1280,false,true],[768,false,false]]) {
  const context = await browser.newContext({viewport: {width, height: 800}, forcedColors: forced ? 'active' : 'none'});
  const page = await context.newPage();
  page.on('console', m => { if (m.type()==='error') { bad++; console.log('console', m.text()); }});
  for (const p of paths) {
    await page.goto(base + p);
    if (open) await page.evaluate(() => document.querySelectorAll('details').forEach(d => d.open = true));
    const f = await page.evaluate(() => ({s: document.documentElement.scrollWidth - document.documentElement.clientWidth, h: document.documentElement.scrollHeight}));
    if (f.s > 0) { bad++; console.log(p, width, 'sideways', f.s); }
    await page.evaluate(axe);
    const v = await page.evaluate(async () => (await globalThis.axe.run({runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})).violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0,3).join(', ')));
    states++;
    if (v.length) { bad++; console.log(p, width, forced, v.join('; ')); }
    const small = await page.evaluate(() => [...document.querySelectorAll('main a, main summary')].filter(e => { const r = e.getBoundingClientRect(); return r.width && (r.height < 24); }).map(e => e.textContent.trim().slice(0,40) + ' ' + Math.round(e.getBoundingClientRect().height)).slice(0,4));
    if (small.length && !forced) console.log(p, width, 'small', small.length, small[0]);
    if (!forced) await page.screenshot({path: `/tmp/guide-shots/${p.replaceAll(/[/?=&.]/g,'_')}-${width}.png`, fullPage: true});
  }
  await context.close();
}
await browser.close();
console.log(states, 'states', bad, 'bad');
