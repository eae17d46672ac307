import { StorageManager, MemoryStorageBackend, isStorageError, collectStatistics, prefix, operationChannels } from '@aos-storage/core'
import { defineLayer, compareKeys } from '@aos-storage/core/backend'
const t = async (name: string, f: () => Promise<unknown>) => { const t0=performance.now(); try { console.log(name, '=>', await f(), (performance.now()-t0).toFixed(0)+'ms') } catch (e: any) { console.log(name, 'THROWS', e?.name, e?.code, String(e?.message).slice(0,260)) } }
// listing fuzz vs model
await t('list fuzz', async () => {
  let seed=1; const rnd=(n:number)=>{ seed=(seed*1103515245+12345)&0x7fffffff; return seed%n }
  const alpha=['a','b','/','é','\uffff','𝒳','-','!','~','0']; let checks=0, bad=0
  for (let r=0;r<150;r++) {
    const m = await StorageManager.open('memory'); const keys=new Set<string>()
    for (let i=0;i<30;i++) { let k=''; for (let j=0;j<1+rnd(5);j++) k+=alpha[rnd(alpha.length)]; try { await m.save(k,1); keys.add(k) } catch {} }
    const view = r%2 ? m.within('a') : m; const base = r%2 ? 'a/' : ''
    for (let q=0;q<20;q++) {
      const pick=(n:number)=>{ let k=''; for (let j=0;j<rnd(n);j++) k+=alpha[rnd(alpha.length)]; return k }
      const prefix=pick(3), startAfter=rnd(2)?pick(4):undefined, delimiter=rnd(2)?['/','a','é','𝒳','//','-a'][rnd(6)]:undefined, limit=rnd(2)?1+rnd(6):undefined, pageSize=1+rnd(4)
      const all=[...keys].filter(k=>k.startsWith(base)).map(k=>k.slice(base.length)).filter(k=>k!==''&&k.startsWith(prefix)&&(startAfter===undefined||Buffer.compare(Buffer.from(k),Buffer.from(startAfter))>0)).sort((x,y)=>Buffer.compare(Buffer.from(x),Buffer.from(y)))
      let exp: string[]=[]; for (const k of all) { if (delimiter) { const at=k.indexOf(delimiter,prefix.length); if (at>=0) { const p='P:'+k.slice(0,at+delimiter.length); if (exp.at(-1)!==p) exp.push(p); continue } } exp.push(k) }
      if (limit) exp=exp.slice(0,limit)
      const got: string[]=[]; const o:any={prefix,pageSize}; if(startAfter!==undefined)o.startAfter=startAfter; if(delimiter)o.delimiter=delimiter; if(limit)o.limit=limit
      for await (const e of view.list(o)) got.push(e.kind==='object'?e.key:'P:'+e.prefix)
      checks++; if (JSON.stringify(got)!==JSON.stringify(exp)) { if (bad++<3) console.log('LIST DIFF', o, [...keys], got, exp) }
    }
  } return {checks,bad} })
// move race: no acknowledged write lost
await t('move race', async () => { let lost=0, conflicts=0
  for (let r=0;r<300;r++) { const m = await StorageManager.open('memory'); await m.save('src','v0'); const seen=new Set<string>(); const acked: string[]=['v0']
    const mover=(async()=>{ try { await m.move('src','dst') } catch (e:any) { if (e.code==='CONFLICT') conflicts++; else throw e } })()
    const w=(async()=>{ for (let i=0;i<r%7;i++) await Promise.resolve(); await m.save('src','v1'); acked.push('v1') })()
    await Promise.all([mover,w]); const a=await m.find('src'), b=await m.find('dst'); if (a!=='v1'&&b!=='v1') lost++ }
  return {lost,conflicts} })
// bounded concurrency
await t('bounded', async () => { const b=new MemoryStorageBackend(); let now=0,max=0; const inner:any=Object.create(b); for (const p of ['read','write','stat','delete','list','copy','deleteMany','health','close']) inner[p]=(b as any)[p].bind(b); Object.defineProperty(inner,'name',{value:'x'}); Object.defineProperty(inner,'capabilities',{value:b.capabilities}); inner.write=async(...a:any[])=>{ now++; max=Math.max(max,now); await new Promise(r=>setTimeout(r,1)); now--; return (b as any).write(...a) }; const m=new StorageManager(inner); let pulled=0; const r=await m.saveMany((function*(){ for(let i=0;i<200;i++){ pulled++; yield [`k${i}`,i] as const } })(),{concurrency:7}); return {max,n:r.length,ok:r.every((x,i)=>x.ok&&x.key===`k${i}`),pulled} })
// statistics accuracy
await t('statistics', async () => { const st=collectStatistics(); const m=await StorageManager.open('memory',{}); for(let i=0;i<100;i++) await m.save('k'+i,'x'.repeat(i)); for(let i=0;i<150;i++) await m.find('k'+i); const s=st.snapshot(); st.stop(); await m.save('zz',1); return s.series.map(x=>[x.operation,x.outcome,x.count,x.bytes]).join(' ; ')+' after stop '+st.snapshot().series.reduce((a,x)=>a+x.count,0) })
await t('sync throw end event', async () => { const ev:string[]=[]; const sub={start:()=>ev.push('start'),end:()=>ev.push('end'),asyncStart:()=>ev.push('asyncStart'),asyncEnd:()=>ev.push('asyncEnd'),error:()=>ev.push('error')}; operationChannels.read.subscribe(sub as any); const b=new MemoryStorageBackend(); const inner:any=new Proxy(b,{get(t,p){ if(p==='read') return ()=>{ throw new Error('sync') }; const v=(t as any)[p]; return typeof v==='function'?v.bind(t):v }}); try { await new StorageManager(inner).load('k') } catch {} ; operationChannels.read.unsubscribe(sub as any); return ev })
// context leaks
await t('context', async () => { const seen:any[]=[]; const f=(c:any)=>seen.push({...c}); operationChannels.write.asyncEnd.subscribe(f); const m=await StorageManager.open('memory'); await m.save('secret-key',{password:'x'}).catch(()=>{}); operationChannels.write.asyncEnd.unsubscribe(f); return JSON.stringify(seen) })
// layers
const L=(name:string,o:any={})=>defineLayer({name,wrap:(i)=>i,...o})
await t('order', async () => { try { new StorageManager(new MemoryStorageBackend(),{layers:[L('encrypt'),L('compress',{outsideOf:[{layer:'encrypt',because:'ciphertext does not compress'}]})]}) } catch(e:any){ return [e.code,e.message] } })
await t('order split over backend', async () => { const inner=new StorageManager(new MemoryStorageBackend(),{layers:[L('compress',{outsideOf:[{layer:'encrypt',because:'x'}]})]}); new StorageManager(inner.backend,{layers:[L('encrypt')]}); return 'accepted' })
await t('repeat', async () => { try { new StorageManager(new MemoryStorageBackend(),{layers:[L('a'),L('a')]}) } catch(e:any){ return e.message } })
await t('layer returns junk', async () => { const m = new StorageManager(new MemoryStorageBackend(),{layers:[defineLayer({name:'x',wrap:()=>({}) as any})]}); return m.save('k',1) })
await t('forgot member', async () => { const m = new StorageManager(new MemoryStorageBackend(),{layers:[defineLayer({name:'x',wrap:(i)=>({name:i.name,capabilities:i.capabilities,read:i.read.bind(i)}) as any})]}); return m.save('k',1) })
// duplicate install brand
await t('brand', async () => { const dup = await import('@aos-storage/core/backend?x=1' as any).catch(()=>import(new URL('../../packages/core/src/errors.ts?dup',import.meta.url).href)); const e=new dup.StorageError('NOT_FOUND','x'); return [isStorageError(e,'NOT_FOUND'), e instanceof (await import('@aos-storage/core')).StorageError, isStorageError({}), isStorageError(null), isStorageError(new Proxy({}, {}))] })
// memory growth
await t('memory growth', async () => { const m=await StorageManager.open('memory'); (globalThis as any).gc?.(); const h0=process.memoryUsage().heapUsed; for (let i=0;i<60000;i++) { await m.save('k',{i,d:new Date(i)}); await m.load('k'); await m.find('none') } (globalThis as any).gc?.(); return ((process.memoryUsage().heapUsed-h0)/1e6).toFixed(1)+'MB' })
await t('signal listener leak', async () => { const c=new AbortController(); const m=await StorageManager.open('memory'); const w:any[]=[]; process.on('warning',x=>w.push(x.message)); await m.writeStream('k',(async function*(){ for(let i=0;i<5000;i++) yield new Uint8Array(1) })(),{signal:c.signal}); await m.saveMany(Array.from({length:500},(_,i)=>['k'+i,i] as const),{signal:c.signal}); await new Promise(r=>setTimeout(r,20)); return w })
// abort at each moment
await t('abort sweep', async () => { const out=new Map<string,number>(); let torn=0; for (let n=0;n<60;n++) { const m=await StorageManager.open('memory'); await m.save('k','old'); const c=new AbortController(); const p=m.writeStream('k',(async function*(){ for(let i=0;i<10;i++){ await null; yield new Uint8Array([65]) } })(),{signal:c.signal}).then(()=>'ok',e=>e.code??e.name); for(let i=0;i<n;i++) await null; c.abort(new Error('x')); const r=await p; const v=await m.load('k'); const fine = r==='ok' ? (v as any).length===10 : v==='old'; if(!fine) torn++; out.set(r,(out.get(r)??0)+1) } return {torn,out:[...out]} })
await t('close race', async () => { const out=new Map<string,number>(); for(let n=0;n<40;n++){ const m=await StorageManager.open('memory'); const ps=[m.save('a',1),m.writeStream('b',(async function*(){ for(let i=0;i<5;i++){await null; yield new Uint8Array(1)} })()),m.listKeys(),m.saveMany(Array.from({length:40},(_,i)=>['k'+i,i] as const))].map((p:any)=>p.then((r:any)=>Array.isArray(r)?'batch:'+[...new Set(r.map((x:any)=>x.ok??true?'ok':x.error.code))].join('|'):'ok',(e:any)=>e.code??e.name)); for(let i=0;i<n;i++) await null; await m.close(); for(const r of await Promise.all(ps)) out.set(r,(out.get(r)??0)+1) } return [...out] })
await t('max memory listing', async () => { const m=await StorageManager.open('memory'); const t0=performance.now(); for(let i=0;i<3000;i++){ await m.save('k'+i,1); await m.listKeys({limit:1}) } return (performance.now()-t0).toFixed(0)+'ms for 3000 save+list(1)' })
