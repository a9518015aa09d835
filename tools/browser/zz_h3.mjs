import {chromium, inspect, check} from './kit.mjs';
const base=process.argv[2];
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']});
for (const width of [320,768,1280]) {
  const p=await (await b.newContext({viewport:{width,height:900}})).newPage();
  await p.goto(base+'/staff/sign-in');
  if (width===320) console.log((await p.locator('form[action*=demonstration]').first().innerHTML()).slice(0,600));
  const sel=p.locator('form[action*=demonstration]');
  const n=await sel.count();
  let done=false;
  for (let i=0;i<n&&!done;i++){ const h=await sel.nth(i).innerHTML(); if(/Max/.test(h)){ const btn=sel.nth(i).locator('button:has-text("Max")'); if(await btn.count()) {await btn.first().click();done=true;} } }
  if(!done){ const r=p.locator('label:has-text("Max")'); if(await r.count()){await r.first().click(); await p.locator('form[action*=demonstration] button').first().click();} }
  await p.goto(base+'/staff/disposal');
  await inspect(p,'disposal',{width,js:true,forced:true});
  const boxes=p.locator('input[name=case]'); 
  const c=await boxes.count(); console.log(width,'boxes',c,await p.title());
  if(c){ await boxes.nth(0).check(); await p.locator('button[value=keep]').click(); await inspect(p,'disposal-keep',{width,js:true,forced:true});
    await p.locator('main form button').first().click(); await inspect(p,'disposal-keep-error',{width,js:true});
    await p.goto(base+'/staff/disposal'); await p.locator('input[name=case]').nth(0).check(); await p.locator('button[value=propose]').click(); await inspect(p,'disposal-sure',{width,js:true});
    await p.locator('main form button').first().click(); await inspect(p,'disposal-done',{width,js:true});
    await p.goto(base+'/staff/disposal?show=proposed'); await inspect(p,'disposal-proposed',{width,js:true}); }
  await p.context().close();
}
await b.close();
