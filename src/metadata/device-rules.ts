import type { SessionDevice } from './session-metadata.ts'

/** What a user agent is when a pattern matches it. */
export interface DeviceRule {
  readonly when: RegExp
  readonly gives: Partial<SessionDevice>
}

/** The names that programs have, whoever wrote them. */
const BOT_WORDS =
  /(?<!cu)bot(?![a-z])|crawl|spider|slurp|archiver|facebookexternalhit|facebookcatalog|headless|phantomjs|lighthouse|preview|scrap|monitor|uptime|statuscake|pingdom|site24x7|gtmetrix|validator|checker|feedfetcher|feedly|mediapartners|bingpreview|google-(?:read|inspection|safety|site)|apis-google|chatgpt-user|claude-user|perplexity-user|meta-external|yandex(?:images|metrika|accessib)|ptst\/|kube-probe|elb-health|googlehc|zgrab|nmap|nuclei|masscan|censys|nikto|sqlmap|wpscan/i

/** Libraries and tools: they begin the header with their name, and name no system in the way of a browser. */
const TOOLS =
  /^(?:curl|wget|python|aiohttp|httpx|go-http-client|java|okhttp|apache-httpclient|axios|node|undici|got|libwww-perl|lwp|php|guzzlehttp|ruby|faraday|postmanruntime|insomnia|httpie|rest-client|dart|reactor-netty|jersey|unirest|k6|vegeta|hey|wrk|apachebench|jmeter|scrapy|restsharp|powershell|winhttp|nagios|check_http|prometheus|blackbox|consul|datadog|newrelic|envoy|haproxy|varnish|cfnetwork|rclone|aria2|urlgrabber|typhoeus|symfony|drupal|wordpress|whatsapp|telegram|iframely|embedly|zapier|make|n8n)(?:[/ _-]|$)/i

/** Checked first: what matches is a program, and its other names do not count. */
export const isBot = (userAgent: string) => BOT_WORDS.test(userAgent) || TOOLS.test(userAgent)

/**
 * Corrections of what bowser finds, of each property the first that matches. Televisions and consoles are `unknown`: they
 * are no desktop, and their names say enough.
 */
export const DEVICE_RULES: readonly DeviceRule[] = [
  // Applications that show pages inside of themselves name the engine of the system first.
  { when: /\bFBA[NV]\b|\bFB_IAB\b/, gives: { browser: 'Facebook' } },
  { when: /\bInstagram\b/, gives: { browser: 'Instagram' } },
  { when: /\bLinkedInApp\b/, gives: { browser: 'LinkedIn' } },
  { when: /\bBytedanceWebview\b|musical_ly|\btrill_/i, gives: { browser: 'TikTok' } },
  { when: /\bSnapchat\b/, gives: { browser: 'Snapchat' } },
  { when: /\bPinterest\//, gives: { browser: 'Pinterest' } },
  { when: /\bMicroMessenger\//, gives: { browser: 'WeChat' } },
  { when: /\bLine\/\d/, gives: { browser: 'LINE' } },
  { when: /\bGSA\//, gives: { browser: 'Google Search' } },
  { when: /\bTeams\//, gives: { browser: 'Teams' } },
  { when: /\bSlack(?:_SSB)?\//, gives: { browser: 'Slack' } },
  // Names that bowser does not know, or finds after another.
  { when: /\bEdg(?:e|A|iOS)?\//, gives: { browser: 'Edge' } },
  { when: /\bOPR\/|\bOPiOS\/|\bOPT\/|\bOpera\b/, gives: { browser: 'Opera' } },
  { when: /\bSamsungBrowser\//, gives: { browser: 'Samsung Internet' } },
  { when: /\bYaBrowser\//, gives: { browser: 'Yandex Browser' } },
  { when: /\bVivaldi\//, gives: { browser: 'Vivaldi' } },
  { when: /\bWhale\//, gives: { browser: 'Whale' } },
  { when: /\bUC ?Browser\//, gives: { browser: 'UC Browser' } },
  { when: /\bMiuiBrowser\//, gives: { browser: 'Mi Browser' } },
  { when: /\bHuaweiBrowser\//, gives: { browser: 'Huawei Browser' } },
  { when: /\bDuckDuckGo\/|\bDdg\//, gives: { browser: 'DuckDuckGo' } },
  { when: /\bBrave\//, gives: { browser: 'Brave' } },
  { when: /\bSilk\//, gives: { browser: 'Amazon Silk' } },
  { when: /\bSeaMonkey\//, gives: { browser: 'SeaMonkey' } },
  { when: /\bPaleMoon\//, gives: { browser: 'Pale Moon' } },
  { when: /\bElectron\//, gives: { browser: 'Electron' } },
  { when: /\bFocus\/|\bKlar\//, gives: { browser: 'Firefox Focus' } },
  { when: /\bFxiOS\/|\bFirefox\//, gives: { browser: 'Firefox' } },
  { when: /\bCriOS\//, gives: { browser: 'Chrome' } },
  { when: /\bMSIE |\bTrident\//, gives: { browser: 'Internet Explorer' } },
  // Since Android 4.4 a page in an application has `wv`; before it, the browser of the system had no Chrome.
  { when: /; wv\)/, gives: { browser: 'Android WebView' } },
  { when: /\bAndroid\b(?!.*Chrome\/).*\bVersion\/[\d.]+ (?:Mobile )?Safari\//, gives: { browser: 'Android Browser' } },
  // Systems and kinds.
  { when: /\bXbox\b/, gives: { os: 'Xbox', kind: 'unknown' } },
  { when: /\bPlayStation\b/i, gives: { os: 'PlayStation', kind: 'unknown' } },
  { when: /\bNintendo\b/, gives: { os: 'Nintendo', kind: 'unknown' } },
  { when: /\bWindows Phone\b/, gives: { os: 'Windows Phone', kind: 'phone' } },
  { when: /\bWeb0S\b|\bwebOS\.TV\b/, gives: { os: 'webOS', kind: 'unknown' } },
  { when: /\bTizen\b/, gives: { os: 'Tizen' } },
  {
    when: /SMART-TV|SmartTV|\bRoku\b|\bCrKey\b|\bAFT[A-Z]|Android TV|BRAVIA|\bHbbTV\b|\bAppleTV\b/,
    gives: { kind: 'unknown' },
  },
  { when: /\bKAIOS\//, gives: { os: 'KaiOS', kind: 'phone' } },
  // With "Request desktop website", the default of an iPad, Safari says Macintosh: nothing in the header tells it apart.
  { when: /\biPad\b/, gives: { os: 'iPadOS', kind: 'tablet' } },
  { when: /\biPhone\b|\biPod\b/, gives: { os: 'iOS', kind: 'phone' } },
  { when: /\bCrOS\b/, gives: { os: 'ChromeOS', kind: 'desktop' } },
  { when: /\bWindows (?:NT|9\d)/, gives: { os: 'Windows', kind: 'desktop' } },
  { when: /\bMacintosh\b/, gives: { os: 'macOS', kind: 'desktop' } },
  { when: /\b(?:Silk\/.*Tablet|KF[A-Z]{3,4})\b|; Tablet\b/, gives: { kind: 'tablet' } },
  // An Android browser says Mobile on a phone alone.
  { when: /\bAndroid\b.*\bMobile\b/, gives: { os: 'Android', kind: 'phone' } },
  { when: /\bAndroid\b/, gives: { os: 'Android', kind: 'tablet' } },
  { when: /\b(?:Free|Open|Net)BSD\b/, gives: { os: 'BSD', kind: 'desktop' } },
  { when: /\bX11\b.*\bLinux\b/, gives: { os: 'Linux', kind: 'desktop' } },
]
