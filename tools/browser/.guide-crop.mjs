import {createRequire} from 'node:module';
const {chromium} = createRequire(import.meta.url)('playwright-core');
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
const page = await (await browser.newContext({viewport: {width: 320, height: 800}})).newPage();
await page.goto(process.argv[2] + '/guide/example/A01');
await page.evaluate(() => document.querySelectorAll('details').forEach(d => d.open = true));
console.log(await page.evaluate(() => [...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 321).map(e => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right) + ' ' + e.textContent.trim().slice(0, 50)).slice(0, 12).join('\n')));
console.log(await page.evaluate(() => { let e = [...document.querySelectorAll('li')].find(e => e.getBoundingClientRect().right > 321); const out = []; while (e) { const r = e.getBoundingClientRect(); out.push(e.tagName + '.' + e.className + ' ' + Math.round(r.left) + '-' + Math.round(r.right) + ' ' + getComputedStyle(e).display + ' pl' + getComputedStyle(e).paddingLeft + ' ml' + getComputedStyle(e).marginLeft + ' bl' + getComputedStyle(e).borderLeftWidth); e = e.parentElement; } return out.join('\n'); }));
await browser.close();
