// The practitioner's walks: every page and state of the workspace, and the way from the queue to the signed letter with the
// keyboard alone. A step that fails is noted down, and the walk goes on with the next.
import {base, check, fill, fillByKeyboard, focusTo, goOn, inspect, where} from './kit.mjs';

const roles = {
  manager: 'Sign in as a demonstration practitioner', second: 'See it as Max', practitioner: 'See it as Wren', admin: 'See it as Ada', auditor: 'See it as Orla',
  elsewhere: 'See Northmere Council',
};

export async function signIn(page, role) {
  await page.context().clearCookies();
  await page.goto(base + '/staff/sign-in');
  await press(page, page.locator('main button', {hasText: roles[role]}));
}

export async function press(page, button) {
  const loaded = page.waitForEvent('load', {timeout: 20_000}).then(() => null, e => e);
  await button.first().click({timeout: 10_000}); // a click that is still to come must not meet the next page
  const failed = await loaded;
  if (failed) throw failed;
}

// steps runs each of them, and notes down which one failed.
export async function steps(page, how, all) {
  for (const [name, step] of Object.entries(all)) {
    try {
      await step();
    } catch (e) {
      check(false, `${name} at ${how.width}: stopped at ${page.url()}: ${e.message.split('\n')[0]}`);
    }
  }
}

// caseOf is the address of a case of the queue, by the name of whose it is. Each council of the demonstration has its surname.
export async function caseOf(page, first, surname = 'Example') {
  await page.goto(base + '/staff');
  for (let pages = 0; pages < 20; pages++) {
    const link = page.locator('main a[href^="/staff/case/"]', {hasText: `${first} ${surname}`}).first();
    if (await link.count()) return new URL(await link.getAttribute('href'), base).pathname;
    const next = page.locator('nav.govuk-pagination a[rel=next]');
    if (!(await next.count())) break;
    await page.goto(new URL(await next.getAttribute('href'), page.url()).href);
  }
  throw new Error(`${first} ${surname} is not in the queue`);
}

export async function see(page, how, path, name) {
  const answer = await page.goto(base + path);
  check(answer.status() < 400, `${path} answers ${answer.status()}`);
  await inspect(page, name, how);
}

// codeFor makes the person of a case a code, as a practitioner who knows that it is them.
export async function codeFor(page, how, home) {
  await page.goto(`${base}${home}/code`);
  await put(page, {checked: ['yes']});
  await press(page, page.locator('main form[action$="/code"] button'));
  const [reference, code] = await page.locator('main .app-code dd').allInnerTexts();
  return {reference: reference.trim(), code: code.trim()};
}

// comeBack goes to where the form stands, with a code, as somebody who is not signed in.
export async function comeBack(page, council, given) {
  await page.context().clearCookies();
  await page.goto(`${base}/${council}/back`);
  await fill(page, given);
  await goOn(page);
  check(where(page) === 'status', `a code leads to ${where(page)}`);
}

// onPaper looks at the page as it is printed on A4.
export async function onPaper(page, how, name) {
  const before = page.viewportSize();
  await page.setViewportSize({width: 794, height: 1123});
  await page.emulateMedia({media: 'print'});
  await inspect(page, `${name}-print`, {...how, paper: true});
  await page.emulateMedia({media: 'screen'});
  await page.setViewportSize(before);
}

// refused sends a form of the page as it is, and looks at what it says.
export async function refused(page, how, path, end, name) {
  await page.goto(base + path);
  const form = page.locator(`main form[action$="${end}"]`).first();
  if (!(await form.count())) return check(false, `${name}: ${path} has no form to ${end}`);
  await page.locator('main details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  await press(page, form.locator('button').last());
  check((await page.title()).startsWith('Error: '), `${name}: an empty form has no "Error: " title (${page.url()})`);
  await inspect(page, name, how);
}

// put fills in whatever of the values the page asks for, also in parts that are folded away.
export async function put(page, values) {
  await page.locator('main details').evaluateAll(all => all.forEach(d => { d.open = true; }));
  for (const [name, given] of Object.entries(values)) {
    for (const value of [given].flat()) {
      const choice = page.locator(`main input[name="${name}"][value="${value}"]:is([type=radio], [type=checkbox])`);
      if (await choice.count()) { await choice.first().check(); continue; }
      const box = page.locator(`main [name="${name}"]:not([type=radio], [type=checkbox], [type=hidden])`);
      if (await box.count()) await box.first().fill(value);
    }
  }
}

const contact = {'on-day': '2', 'on-month': '1', 'on-year': '2026', 'how': ['visit'], 'seen_alone': ['yes'], 'advocate': ['not_needed']};
const impact = {
  'area-dignity': ['some'], 'area-health': ['big'], 'area-protection': ['none'], 'area-control': ['some'], 'area-activity': ['some'], 'area-social': ['none'], 'area-family': ['some'],
  'area-home': ['none'], 'area-contribution': ['none'], 'significant': ['yes'], 'significant_reason': 'It changes every day of the week.', 'carer': ['yes'], 'carer_reason': 'Cares night and day.', 'cause': ['yes'],
  'cause_reason': 'Told and shown on the visit.', 'health': ['yes'], 'health_reason': 'Back pain and no sleep.',
};
const record = {
  'checks': ['gaps', 'all_needs', 'wishes', 'others', 'consistent', 'condition', 'evidence'], 'decision': ['eligible'], 'decision_reason': 'Talked through together on the visit.',
  'wants': ['yes'], 'residence': ['here'], 'next_steps': 'A support plan together, next week.', 'strengths': 'Knows the neighbours and the garden well.', 'carers': ['no'],
  'interpreter': 'A BSL interpreter from the county service.', 'support': ['person'], 'support_who': 'A sister sat with them the whole time.', 'risk': 'What was told in private, and what to do.',
  'risk_with': 'The person, and our safeguarding lead.', 'urgent': ['met'], 'urgent_note': 'Meals brought in the same day.',
};

// findings are those of a page, in its order: every suggestion agreed with, its reason in a sentence.
async function findings(page) {
  const outcomes = await page.locator('main input[name$="-version"]').evaluateAll(all => all.map(i => i.name.replace(/-version$/, '')));
  const values = {};
  for (const id of outcomes) {
    values[`${id}-conclusion`] = [await page.locator(`main input[name="${id}-conclusion"]`).first().getAttribute('value')];
    values[`${id}-sources`] = ['told'];
    values[`${id}-reason`] = 'So they told me, in their own words.';
    values[`${id}-period`] = 'The last month';
  }
  return values;
}

// work takes a case as far as its record, told to the person.
async function work(page, home, more = {}) {
  await page.goto(base + home);
  await put(page, contact);
  await press(page, page.locator('main form[action$="/contact"] button').last());
  await put(page, await findings(page));
  await press(page, page.getByRole('button', {name: 'Save all and go on'}));
  await put(page, impact);
  await press(page, page.getByRole('button', {name: 'Save and go on'}));
  await put(page, {...record, ...more});
  await press(page, page.locator('main form[action$="/record"] button').last());
}

const open = page => page.locator('section[aria-labelledby=blockers] a').allInnerTexts();

export async function practitioner(page, how) {
  await page.goto(base + '/staff/sign-in');
  await inspect(page, 'staff/sign-in', how);
  await signIn(page, 'manager');
  const names = ['Basil', 'Olive', 'Kit', 'Dale', 'Sage', 'Ivy', 'Elm', 'Rowan', 'Clover', 'Laurel', 'Fern'];
  const at = {};
  for (const name of names) at[name] = await caseOf(page, name).catch(() => check(false, `${name} is not in the queue`));
  // Whoever walks at this width signs this case, so that each width has one of its own.
  let given; // their code
  const mine = at[{320: how.js ? 'Basil' : 'Olive', 768: 'Kit', 1280: 'Fern'}[how.width]];

  // At the width of a tablet, and without scripts, what differs: the layout, and that the whole way can be gone.
  const brief = how.width === 768 || !how.js;
  await steps(page, how, {
    async queue() {
      await see(page, how, '/staff', 'staff/queue');
      await see(page, how, '/staff?sort=-due&kind=carer', 'staff/queue-filtered');
      check(await page.locator('[aria-sort]').count() === 1 || how.width < 768, 'the sorted column is not marked');
      await see(page, how, '/staff?flag=safety&who=mine', 'staff/queue-none');
      await see(page, how, '/staff?status=held', 'staff/queue-held');
      await page.goto(base + '/staff');
      await page.locator('main input[name=case]:visible').first().check();
      await page.locator('main select[name=to]').selectOption({index: 1});
      await press(page, page.locator('main form[action="/staff/give"] button, main button[form]').first());
      await inspect(page, 'staff/queue-given', how);
      const undo = page.locator('main form[action="/staff/undo"] button');
      check(await undo.count() > 0, 'giving a case cannot be undone');
      if (await undo.count()) await press(page, undo);
      await inspect(page, 'staff/queue-undone', how);
      await page.goto(base + '/staff');
      await press(page, page.locator('main form[action="/staff/give"] button, main button[form]').first());
      await inspect(page, 'staff/queue-none-chosen', how);
    },
    async search() {
      await refused(page, how, '/staff/search', '/staff/search', 'staff/search-error');
      await page.locator('main #name').fill('Basil Example');
      await press(page, page.locator('main form[action="/staff/search"] button'));
      await inspect(page, 'staff/search-found', how);
    },
    async lists() {
      for (const path of ['offers', 'messages', 'team', 'supervision', 'views', 'owed/second', 'owed/copy', 'owed/transition', 'timeline', 'key-in', 'me', 'cld']) {
        const answer = await page.goto(`${base}/staff/${path}`);
        if (answer.status() === 404 || (answer.headers()['content-type'] ?? '').includes('csv')) continue;
        await inspect(page, `staff/${path}`, how);
      }
      await page.goto(base + '/staff/team');
      await onPaper(page, how, 'staff/team');
    },
    async cases() {
      for (const name of brief ? ['Clover'] : ['Basil', 'Olive', 'Kit', 'Sage', 'Elm']) {
        const home = at[name];
        await see(page, how, home, `staff/${name}-summary`);
        const tabs = await page.locator('nav.app-subnav a').evaluateAll(all => all.map(a => a.getAttribute('href')));
        for (const tab of [...tabs.filter(t => t !== home), `${home}/place`]) await see(page, how, tab, `staff/${name}-${tab.split('/').at(-1)}`);
      }
      for (const tab of ['prepare', 'versions', 'learning', 'access']) await see(page, how, `${at.Olive}/${tab}`, `staff/Olive-${tab}`);
      await page.goto(base + at.Olive + '/prepare');
      await onPaper(page, how, 'staff/Olive-prepare');
      await see(page, how, at.Ivy, 'staff/Ivy-summary');
      await see(page, how, `${at.Clover}/notes`, 'staff/Clover-notes');
      await see(page, how, `${at.Olive}/timeline?show=all`, 'staff/Olive-timeline-all');
    },
    async refusals() {
      if (how.width === 768) return;
      await refused(page, how, at.Olive, '/contact', 'staff/contact-error');
      await refused(page, how, at.Sage + '/place', '/hold', 'staff/hold-error');
      await refused(page, how, at.Olive + '/place', '/triage', 'staff/triage-error');
      await refused(page, how, at.Olive + '/notes', '/notes', 'staff/note-error');
      await refused(page, how, at.Olive + '/notes', '/ask', 'staff/ask-error');
      await refused(page, how, at.Olive + '/transfer', '/transfer', 'staff/transfer-error');
      await refused(page, how, at.Olive + '/learning', '/learning', 'staff/learning-error');
      await refused(page, how, '/staff/key-in', '/staff/key-in', 'staff/key-in-error');
      await page.goto(base + at.Olive + '/answers');
      await page.locator('main textarea[name$="-reason"]').first().fill('Half a thought');
      await press(page, page.getByRole('button', {name: 'Save all and go on'}));
      check((await page.title()).startsWith('Error: '), 'a finding with a reason and no conclusion is no error');
      await inspect(page, 'staff/answers-error', how);
    },
    async ends() {
      if (brief) return;
      const home = at.Laurel;
      for (const end of ['not_eligible', 'eligible_declines', 'self_funder', 'elsewhere', 'refused', 'eligible']) {
        await page.goto(base + home + '/record');
        await put(page, {decision: [end]});
        await press(page, page.locator('main form[action$="/record"] button').last());
        await inspect(page, `staff/record-${end}`, how);
      }
    },
    async signed() {
      given = await codeFor(page, how, mine);
      await work(page, mine);
      await inspect(page, 'staff/record-filled', how);
      check(!(await page.locator('main form[action$="/sign"]').count()), 'the record can be signed before the person was told');
      await put(page, {draft_how: ['read']});
      await press(page, page.locator('main form[action$="/draft"] button'));
      await inspect(page, 'staff/record-told', how);
      await put(page, {draft_choice: ['yes']});
      await press(page, page.locator('main form[action$="/draft/reply"] button'));
      if (await page.locator('main form[action$="/second/ask"]').count()) {
        await press(page, page.locator('main form[action$="/second/ask"] button'));
        await inspect(page, 'staff/second-asked', how);
        await signIn(page, 'second');
        await see(page, how, '/staff/owed/second', 'staff/owed-second');
        await see(page, how, mine + '/second', 'staff/second');
        await put(page, {confirm: ['yes']});
        await press(page, page.locator('main form[action$="/second"] button').first());
        await inspect(page, 'staff/second-given', how);
        await signIn(page, 'manager');
        await page.goto(base + mine + '/record');
      }
      check((await open(page)).length === 0, `still to be done: ${(await open(page)).join('; ')}`);
      await press(page, page.locator('main form[action$="/sign"] button'));
      await inspect(page, 'staff/sign-error', how);
      await put(page, {confirm: ['yes']});
      await press(page, page.locator('main form[action$="/sign"] button'));
      check(page.url().includes('/signed'), `signing leads to ${page.url()}`);
      await inspect(page, 'staff/signed', how);
      await onPaper(page, how, 'staff/signed');
    },
    async letters() {
      await see(page, how, mine + '/letter', 'staff/letter');
      const forms = await page.locator('main nav a').evaluateAll(all => all.map(a => a.getAttribute('href')).filter(h => h.includes('/letter')));
      check(forms.length >= 4, `the letter has ${forms.length} forms`);
      for (const [n, form] of forms.entries()) {
        const answer = await page.request.get(new URL(form, page.url()).href);
        check(answer.status() === 200, `${form} answers ${answer.status()}`);
        if (!answer.headers()['content-type'].includes('html')) continue; // the plain text
        await see(page, how, form, `staff/letter-${n}`);
        await onPaper(page, how, `staff/letter-${n}`);
      }
      await refused(page, how, mine + '/letter', '/letter', 'staff/letter-error');
      await refused(page, how, mine + '/signed', '/copy', 'staff/copy-error');
      await refused(page, how, mine + '/signed', '/revise', 'staff/revise-error');
      for (const tab of ['', '/answers', '/impact', '/record', '/timeline']) await see(page, how, mine + tab, `staff/locked${tab || '/summary'}`);
      for (const path of [mine + '/record.json', mine + '/export.json', mine + '/export.csv', '/staff/team/figures.csv']) {
        const answer = await page.request.get(base + path);
        check(answer.status() === 200 && (await answer.body()).length > 100, `${path} answers ${answer.status()}`);
      }
      await page.goto(base + mine + '/signed');
      await put(page, {revise_reason: 'Back from hospital and much better.'});
      await press(page, page.locator('main form[action$="/revise"] button'));
      await inspect(page, 'staff/revising', how);
    },
    async theirLetter() {
      await comeBack(page, 'alderford', given);
      await inspect(page, 'status-with-a-letter', how);
      await page.locator('main a[href$="/letter"]').first().click();
      await page.waitForLoadState('load');
      await inspect(page, 'letter', how);
      await onPaper(page, how, 'letter');
      await signIn(page, 'manager');
    },
    async breakGlass() {
      await signIn(page, 'practitioner');
      await page.goto(base + at.Dale);
      await inspect(page, 'staff/break-glass', how);
      const form = page.locator('main form[action$="/break"]');
      if (!(await form.count())) return; // opened at another width already
      await press(page, form.locator('button'));
      await inspect(page, 'staff/break-glass-error', how);
      await page.locator('main textarea, main input[type=text]').first().fill('Covering for a colleague who is ill.');
      await press(page, form.locator('button'));
      await inspect(page, 'staff/broken-open', how);
    },
    async others() {
      if (!how.js) return;
      await signIn(page, 'auditor');
      await see(page, how, '/staff/audit', 'staff/audit');
      const trail = await page.request.get(base + '/staff/audit/trail.csv');
      check(trail.status() === 200, `the trail answers ${trail.status()}`);
      await page.goto(base + at.Olive);
      await inspect(page, 'staff/auditor-no-case', how);
      await signIn(page, 'admin');
      await page.goto(base + '/staff');
      await inspect(page, 'staff/admin-no-queue', how);
      await see(page, how, '/staff/people', 'staff/people');
      await see(page, how, '/staff/settings', 'staff/settings');
      await signIn(page, 'elsewhere');
      const answer = await page.goto(base + at.Olive);
      check(answer.status() === 404, `another council's case answers ${answer.status()}`);
      await inspect(page, 'staff/missing', how);
    },
  });
}

// eightScreens goes from the queue to the letter with the keyboard alone, and counts the pages that had to be read.
export async function eightScreens(page, how) {
  await signIn(page, how.width === 320 ? 'elsewhere' : 'manager');
  const screens = new Set();
  let views = 0;
  const read = () => { screens.add(where(page).replace(/case\/[^/]+/, 'case')); views++; };
  const enter = async wanted => {
    await focusTo(page, wanted, how, 300);
    await Promise.all([page.waitForEvent('load', {timeout: 20_000}), page.keyboard.press('Enter')]);
    read();
  };
  const button = (...words) => at => at.tag === 'BUTTON' && words.some(w => at.text.startsWith(w));
  const nothingChosen = async () => check(await page.locator('main input:checked').count() === 0, `${where(page)}: something stands chosen before anybody chose`);

  read();
  await enter(at => at.tag === 'A' && at.text.startsWith('Amber'));
  await nothingChosen();
  await fillByKeyboard(page, contact, how);
  await enter(button('Log it and go on'));
  await nothingChosen();
  await fillByKeyboard(page, await findings(page), how);
  await enter(button('Save all and go on'));
  await nothingChosen();
  await fillByKeyboard(page, await asked(page, impact), how);
  await enter(button('Save and go on'));
  await nothingChosen();
  await fillByKeyboard(page, await asked(page, record), how);
  await enter(button('Save'));
  if ((await open(page)).length > 1) { // parts that open when the decision is known
    await fillByKeyboard(page, await asked(page, record, true), how);
    await enter(button('Save'));
  }
  check((await open(page)).length === 1, `left to be done: ${(await open(page)).join('; ')}`);
  check(!(await page.locator('main form[action$="/sign"]').count()), 'the record can be signed with one thing left open');
  await fillByKeyboard(page, {draft_how: ['read']}, how);
  await enter(button('Tell them this'));
  await fillByKeyboard(page, {confirm: ['yes']}, how);
  await enter(button('Sign the record'));
  check(page.url().includes('/signed'), `signing by keyboard leads to ${page.url()}`);
  await enter(at => at.tag === 'A' && at.text === 'Make the letter');
  await inspect(page, 'staff/letter-by-keyboard', how);
  check(screens.size <= 8, `${screens.size} screens: ${[...screens].join(', ')}`);
  console.log(`  from the queue to the letter at ${how.width}: ${screens.size} screens (${[...screens].join(', ')}); a page came up ${views} times`);
}

// asked keeps the values that the page asks for where they can be seen, in the order of the page; left keeps those that are still open.
async function asked(page, values, left = false) {
  const names = await page.locator('main :is(input, textarea, select):visible').evaluateAll((all, left) => [...new Set(all.filter(e => !left || (e.type === 'radio' || e.type === 'checkbox'
    ? !document.querySelector(`main input[name="${e.name}"]:checked`) : !e.value)).map(e => e.name))], left);
  return Object.fromEntries(names.filter(name => values[name]).map(name => [name, values[name]]));
}
