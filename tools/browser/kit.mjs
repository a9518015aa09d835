// What every walk in a real browser needs: the checks and their count, and how a page is filled in, by pointer or keyboard.
import {createRequire} from 'node:module';
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const require = createRequire(import.meta.url);
export const {chromium} = require('playwright-core');
const {HtmlValidate, StaticConfigLoader} = require('html-validate');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const base = process.argv[2];
const shots = process.argv[3];
export const origin = new URL(base).origin;
let passed = 0;
let judged = 0;
const failures = [];

export const check = (ok, what) => {
  if (ok) passed++;
  else if (!failures.includes(what)) { failures.push(what); console.log(`  wrong: ${what}`); }
};

// inspect holds the page as it stands against the rules for every page.
export async function inspect(page, name, {width, js, forced = false, paper = false}) {
  const at = `${name} at ${width}${js ? '' : ' without JavaScript'}`;
  if (shots) {
    mkdirSync(shots, {recursive: true});
    // JPEG: a long page takes seconds as PNG.
    await page.screenshot({path: join(shots, `${name.replaceAll('/', '_')}-${width}${js ? '' : '-nojs'}.jpg`), type: 'jpeg', quality: 70, fullPage: true});
  }
  const facts = await page.evaluate(() => ({
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    h1: document.querySelectorAll('h1').length,
    title: document.title,
  }));
  check(facts.sideways <= 0, `${at}: scrolls sideways by ${facts.sideways}px`);
  check(facts.h1 === 1, `${at}: ${facts.h1} h1 headings`);
  check(facts.title.length > 0, `${at}: no title`);
  if (!js || paper) return; // axe is itself a script, and judges screens
  await roomy(page, at, width);
  await page.evaluate(axe);
  await judge(page, at, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
  if (!forced) return;
  await page.emulateMedia({forcedColors: 'active'});
  if (shots) await page.screenshot({path: join(shots, `${name.replaceAll('/', '_')}-${width}-forced.jpg`), type: 'jpeg', quality: 70, fullPage: true});
  await judge(page, `${at} in forced colours`, {type: 'rule', values: ['color-contrast', 'link-in-text-block']});
  await page.emulateMedia({forcedColors: 'none'});
}

// roomy gives the page the text spacing of WCAG 1.4.12 at the width of a phone, and text of twice the size at that of a desk
// (1.4.4): nothing may scroll sideways. A page at 320 is what 400% of zoom makes of one at 1280 (1.4.10).
async function roomy(page, at, width) {
  const css = {320: '* {line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important} p {margin-bottom: 2em !important}', 1280: 'html {font-size: 200% !important}'}[width];
  if (!css) return;
  const over = await page.evaluate(css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    document.adoptedStyleSheets = [];
    return over;
  }, css);
  check(over <= 0, `${at}: ${width === 320 ? 'with wider text spacing' : 'with text of twice the size'} it scrolls sideways by ${over}px`);
}

async function judge(page, at, tags) {
  const found = await page.evaluate(async tags => {
    const {violations} = await globalThis.axe.run(document, {
      runOnly: tags,
      preload: false, // fetching every style sheet again takes half of the time, and is for experimental rules alone
      resultTypes: ['violations'],
    });
    return violations.map(v => `${v.id}: ${v.help} (${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')})`);
  }, tags);
  judged++;
  check(found.length === 0, `${at}: axe: ${found.join('; ')}`);
}

export const where = page => new URL(page.url()).pathname.split('/').slice(2).join('/') || 'start';

export async function fill(page, values) {
  for (const [name, given] of Object.entries(values)) {
    if (Array.isArray(given)) {
      for (const value of given) {
        const box = page.locator(`main input[name="${name}"][value="${value}"]`);
        if (await box.count()) await box.check();
      }
    } else if (given.choose) {
      const list = page.locator(`main select[name="${name}"]`);
      if (await list.count()) await list.selectOption({label: given.choose});
    } else {
      const box = page.locator(`main [name="${name}"]`);
      if (await box.count()) await box.fill(given);
    }
  }
}

// goOn presses the button that goes on: the last one of the page's forms where a page has two.
export async function goOn(page) {
  const buttons = page.locator('main form button[type=submit]');
  await Promise.all([page.waitForLoadState('load'), buttons.nth((await buttons.count()) > 1 ? 1 : 0).click()]);
  await page.waitForLoadState('load');
}

// With the keyboard alone: Tab until the focus is where it is wanted, arrows within radios, Space, Enter. At every stop
// the focus must be seen: drawn, and not covered by anything.
export async function focusTo(page, wanted, how, most = 300) {
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return {};
      const box = e.getBoundingClientRect();
      const label = e.labels?.[0];
      const marks = [e, label].filter(Boolean).flatMap(x => [getComputedStyle(x), getComputedStyle(x, '::before')]);
      const top = document.elementFromPoint(Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1), Math.min(Math.max(box.y + box.height / 2, 1), innerHeight - 1));
      return {
        name: e.getAttribute('name'), value: e.getAttribute('value'), type: e.type, text: e.textContent.trim(), tag: e.tagName,
        seen: marks.some(m => m.outlineStyle !== 'none' && parseFloat(m.outlineWidth) > 0 || m.boxShadow !== 'none'),
        uncovered: !top || e === top || e.contains(top) || top.contains(e) || label === top || !!label?.contains(top),
      };
    });
    if (!at.tag) continue;
    check(at.seen, `${where(page)} at ${how.width}: focus on ${at.tag} ${at.name ?? at.text} is not seen`);
    check(at.uncovered, `${where(page)} at ${how.width}: focus on ${at.tag} ${at.name ?? at.text} is covered`);
    if (wanted(at)) return at;
  }
  throw new Error(`the keyboard does not come to what is wanted on ${where(page)}`);
}

export async function fillByKeyboard(page, values, how) {
  for (const [name, given] of Object.entries(values)) {
    if (!(await page.locator(`main [name="${name}"]`).count())) continue;
    if (!Array.isArray(given)) {
      await focusTo(page, at => at.name === name, how);
      if (typeof given === 'string') await page.keyboard.type(given);
      else await page.keyboard.press('ArrowDown'); // a list to choose from
      continue;
    }
    for (const value of given) {
      const at = await focusTo(page, a => a.name === name && (a.type === 'radio' || a.value === value), how);
      if (at.type !== 'radio') { await page.keyboard.press('Space'); continue; }
      await page.keyboard.press('Space');
      for (let n = 0; n < 20 && !(await page.locator(`main input[name="${name}"][value="${value}"]`).isChecked()); n++) await page.keyboard.press('ArrowDown');
    }
  }
}

// The pages as the server sent them, one of each shape: the same tags with the same attributes, whatever is written in them.
const sent = new Map();

// keepHTML keeps every page that comes to a browser, to be held against the HTML standard at the end.
export function keepHTML(page) {
  page.on('response', async response => {
    if (response.request().resourceType() !== 'document' || new URL(response.url()).origin !== origin) return;
    if (!(response.headers()['content-type'] ?? '').startsWith('text/html') || response.status() >= 300 && response.status() < 400) return;
    const html = await response.text().catch(() => ''); // gone with a page that was left at once
    const shape = html.replace(/>[^<]+</g, '><').replace(/ (value|href|action|content|src|title|aria-label)="[^"]*"/g, ' $1');
    if (html && !sent.has(shape)) sent.set(shape, {html, path: new URL(response.url()).pathname});
  });
}

async function validate() {
  // Checkboxes of one question and radios of one choice share their name, as HTML means them to.
  const validator = new HtmlValidate(new StaticConfigLoader({root: true, extends: ['html-validate:standard'], rules: {'form-dup-name': 'off'}}));
  for (const {html, path} of sent.values()) {
    const {results} = await validator.validateString(html);
    for (const m of results.flatMap(r => r.messages)) check(false, `${path}: HTML: ${m.ruleId}: ${m.message} (${m.selector ?? `line ${m.line}`})`);
    check(true, '');
  }
  console.log(`html-validate read ${sent.size} shapes of pages`);
}

// contactSheet puts all pictures of the folder on one page, each kind of page in a row with its widths beside each other.
function contactSheet() {
  const rows = {};
  for (const file of readdirSync(shots).filter(file => file.endsWith('.jpg')).sort()) (rows[file.replace(/-(320|768|1280)(-nojs|-forced)?\.jpg$/, '')] ??= []).push(file);
  const row = ([name, files]) => `<section><h2>${name.replaceAll('_', '/')}</h2>${files.map(file => `<a href="${file}"><img src="${file}" alt="${file.replace('.jpg', '')}" loading="lazy"></a>`).join('')}</section>`;
  writeFileSync(join(shots, 'index.html'), `<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Every page</title>
<style>body{font:14px sans-serif;margin:1rem}section{white-space:nowrap;overflow-x:auto}img{height:20rem;margin-right:.5rem;border:1px solid #777}</style>
<h1>Every page, at every width</h1>${Object.entries(rows).map(row).join('\n')}</html>\n`);
}

// told closes a run.
export async function told() {
  await validate();
  if (shots) contactSheet();
  console.log(`axe judged ${judged} states`);
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exit(failures.length ? 1 : 0);
}
