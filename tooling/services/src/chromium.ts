/**
 * Chromium without a window, driven over the DevTools protocol: `connectOverCDP(service.url)` of
 * playwright-core. Up in about half a second; one browser serves any number of isolated contexts.
 *
 * The shell is the engine of Chromium without the browser around it: tests in it take little more
 * than half of the processor's time. Where only the whole browser is there, that is taken.
 *
 * It forks processes, the whole browser a dozen. All but the crash handlers stay in the group that
 * the supervisor signals; no switch turns those off, and they end when the browser does.
 */
import type { ServiceDefinition } from './definition.ts'

/** What only a person at a screen needs, or what would make one run differ from the next. */
const unattended = [
  '--headless=new',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-extensions',
  '--disable-field-trial-config',
  '--disable-hang-monitor',
  '--disable-popup-blocking',
  '--disable-prompt-on-repost',
  '--disable-search-engine-choice-screen',
  '--hide-crash-restore-bubble',
  '--hide-scrollbars',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
  '--force-color-profile=srgb',
  // A mouse that can hover, where no mouse is plugged in: else `@media (hover)` styles are off.
  `--blink-settings=${[
    'primaryHoverType=2',
    'availableHoverTypes=2',
    'primaryPointerType=4',
    'availablePointerTypes=4',
  ].join()}`,
  // Containers have a small /dev/shm, and a page that runs out of it crashes.
  '--disable-dev-shm-usage',
]

/** A page that no window shows must run as fast as one that does. */
const awake = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-ipc-flooding-protection',
]

/** Nothing that the browser does by itself leaves this machine. */
const offline = [
  '--disable-background-networking',
  '--disable-breakpad',
  '--disable-component-extensions-with-background-pages',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-pings',
  '--no-service-autorun',
  `--disable-features=${[
    'AimEnabled',
    'AutofillServerCommunication',
    'CertificateTransparencyComponentUpdater',
    'HttpsFirstBalancedModeAutoEnable',
    'HttpsUpgrades',
    'InterestFeedContentSuggestions',
    'MediaRouter',
    'NetworkTimeServiceQuerying',
    'OptimizationGuideModelDownloading',
    'OptimizationHints',
    'PreconnectToSearch',
    'Translate',
  ].join()}`,
  '--enable-features=SkipListAccountsWithoutGaiaCookies',
  // And if a later version finds a new reason to ask, or a page does: there is no other host.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  '--no-proxy-server',
]

const shell = 'chromium-headless-shell'

export const chromium: ServiceDefinition = {
  name: 'chromium',
  urlVariable: 'AOS_CHROMIUM_URL',
  binaries: [shell],
  substitutes: { [shell]: 'chromium' },
  // Liberation stands in for Arial and Helvetica, DejaVu brings the arrows and check marks.
  aptPackages: [shell, 'fonts-dejavu-core', 'fonts-liberation'],
  readyTimeoutMs: 30_000,

  async start({ folder, freePort, spawn }) {
    const port = await freePort()
    const own = [`--remote-debugging-port=${port}`, `--user-data-dir=${folder}/profile`]
    // The sandbox refuses to run as root; what runs inside are our own pages.
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const args = [...unattended, ...awake, ...offline, ...own, ...sandbox, 'about:blank']
    // Sockets, crash reports and caches go into the folder too, and with it.
    await spawn(shell, args, {
      HOME: folder,
      TMPDIR: folder,
      XDG_CACHE_HOME: `${folder}/cache`,
      XDG_CONFIG_HOME: `${folder}/config`,
    })
    return `http://127.0.0.1:${port}`
  },

  async probe(url) {
    const answer = await fetch(new URL('/json/version', url), { signal: AbortSignal.timeout(1000) })
    const version = (await answer.json()) as { webSocketDebuggerUrl?: string }
    if (version.webSocketDebuggerUrl === undefined) {
      throw new Error(`${url} answers /json/version without a DevTools address: it is no Chromium.`)
    }
  },
}
