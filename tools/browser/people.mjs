// Walks the pages of accounts, settings and sign-in in a real browser, and signs in with a passkey from a virtual
// authenticator (Chrome DevTools Protocol, WebAuthn domain). Every page is held against axe, at a phone's width and a desk's.
//
//   node tools/browser/people.mjs http://localhost:8080 [folder for screenshots]
//
// Passkeys are tied to a name: the address must be localhost. It closes with "N passed, N failed", and exits 1 when
// something failed.
import {createRequire} from 'node:module';
import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

const require = createRequire(import.meta.url);
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [base, shots] = process.argv.slice(2);
let passed = 0;
let failed = 0;

const check = (ok, what) => {
  if (ok) passed++;
  else { failed++; console.log(`  wrong: ${what}`); }
};

const widths = [320, 768, 1280];

async function inspect(page, name) {
  for (const width of widths) {
    await page.setViewportSize({width, height: 900});
    const at = `${name} at ${width}`;
    if (shots) {
      mkdirSync(shots, {recursive: true});
      await page.screenshot({path: join(shots, `${name}-${width}.png`), fullPage: true});
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(over <= 0, `${at}: scrolls sideways by ${over}px`);
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const {violations} = await globalThis.axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']});
      return violations.map(v => `${v.id}: ${v.help} (${v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')})`);
    });
    check(found.length === 0, `${at}: axe: ${found.join('; ')}`);
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// newPage is a browser of its own, which tells of every error on its console.
async function newPage(options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', m => m.type() === 'error' && !/status of (4|5)\d\d/.test(m.text()) && check(false, `console of ${page.url()}: ${m.text()}`));
  page.on('pageerror', e => check(false, `script of ${page.url()}: ${e}`));
  return page;
}

const press = async (page, name) => {
  await Promise.all([page.waitForLoadState('load'), page.getByRole('button', {name}).first().click()]);
};

// Somebody adds a passkey and signs in with it.
async function passkey() {
  const page = await newPage();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
  }});
  await page.goto(`${base}/staff/sign-in`);
  check(await page.getByRole('button', {name: 'Sign in with a passkey'}).isVisible(), 'the sign-in page offers no passkey');
  await inspect(page, 'sign-in');
  await press(page, 'Sign in as a demonstration practitioner');
  await page.waitForURL(`${base}/staff`);
  await page.goto(`${base}/staff/me`);
  await inspect(page, 'me');
  await page.getByLabel('Name for a new passkey').fill('Blue laptop');
  await press(page, 'Add a passkey');
  await inspect(page, 'passkey');
  await page.getByRole('button', {name: 'Add the passkey'}).click();
  await page.waitForURL(`${base}/staff/me?done=passkey`);
  check(await page.getByRole('heading', {name: 'Blue laptop'}).isVisible(), 'the passkey is not in the list');
  await inspect(page, 'me-with-passkey');
  for (const round of [1, 2]) {
    await page.getByRole('button', {name: 'Sign out'}).click();
    await page.waitForURL(`${base}/staff/sign-in`);
    await page.getByRole('button', {name: 'Sign in with a passkey'}).click();
    await page.waitForURL(`${base}/staff`);
    check(await page.getByText('Robin Demonstration').first().isVisible(), `signing in by passkey, time ${round}`);
  }
  await page.context().close();
}

// Without JavaScript, and where the browser gives no passkey, password and code are there.
async function without() {
  const plain = await newPage({javaScriptEnabled: false});
  await plain.goto(`${base}/staff/sign-in`);
  check(!await plain.getByRole('button', {name: 'Sign in with a passkey'}).isVisible(), 'a button that does nothing is shown without JavaScript');
  check(await plain.getByLabel('Password').isVisible(), 'no password without JavaScript');
  await plain.context().close();

  const page = await newPage();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable'); // no authenticator
  await page.goto(`${base}/staff/sign-in`);
  const {authenticatorId} = await cdp.send('WebAuthn.addVirtualAuthenticator', {options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: false, automaticPresenceSimulation: true,
  }});
  await page.getByRole('button', {name: 'Sign in with a passkey'}).click();
  await page.getByText('Your browser gave no passkey').waitFor({timeout: 10_000});
  await inspect(page, 'sign-in-none');
  await cdp.send('WebAuthn.removeVirtualAuthenticator', {authenticatorId});
  await page.context().close();
}

// The council's administrator.
async function admin() {
  const page = await newPage();
  await page.goto(`${base}/staff/sign-in`);
  await press(page, /administrator/);
  await page.waitForURL(`${base}/staff`);
  await inspect(page, 'admin');
  for (const path of ['people', 'people/invite', 'people/teams', 'people/link', 'settings']) {
    await page.goto(`${base}/staff/${path}`);
    await inspect(page, path.replace('/', '-'));
  }
  await page.goto(`${base}/staff/people/teams`);
  await page.getByLabel('Name of the new team').fill('Hospital team');
  await press(page, 'Add it');
  await inspect(page, 'teams-one');
  await page.goto(`${base}/staff/people/invite`);
  await press(page, 'Make their set-up link');
  await inspect(page, 'invite-refused');
  await page.getByLabel('Name', {exact: true}).fill('Pat Example');
  await page.getByLabel('Work email address').fill('pat@example.com');
  await page.getByLabel('Practitioner', {exact: true}).check();
  await press(page, 'Make their set-up link');
  await inspect(page, 'link');
  const link = await page.locator('code').innerText();
  await page.goto(`${base}/staff/people`);
  await page.getByRole('link', {name: 'Pat Example'}).first().click();
  await page.waitForURL(/people\/[0-9a-f-]+$/);
  await inspect(page, 'person');
  await page.goto(base + new URL(link).pathname);
  await inspect(page, 'set-up');

  await page.goto(`${base}/staff/settings`);
  await page.getByLabel('Colour of the header').fill('#7fb2d9');
  await press(page, 'See how it looks');
  await inspect(page, 'settings-refused');
  await page.getByLabel('Colour of the header').fill('#5a1747');
  await page.getByLabel('Days until somebody reads').fill('3');
  await press(page, 'See how it looks');
  await inspect(page, 'preview');
  const ground = await page.locator('header').evaluate(h => getComputedStyle(h).backgroundColor);
  check(ground === 'rgb(90, 23, 71)', `the preview's header is ${ground}`);
  await press(page, 'Save these settings');
  await page.waitForURL(`${base}/staff/settings?done=saved`);
  await inspect(page, 'settings-saved');
  await page.context().close();
}

try {
  await passkey();
  await without();
  await admin();
} catch (e) {
  check(false, String(e));
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
