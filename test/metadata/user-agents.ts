import type { SessionDevice } from '../../src/metadata/session-metadata.ts'
import { botUserAgents } from './bot-user-agents.ts'

/** A user agent as browsers send it, and the device that it names. */
export type Known = readonly [userAgent: string, device: SessionDevice]

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const APPLE = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

/** Released versions of Chromium, as far back as pages still see them. */
const CHROME = [49, 61, 70, 79, 87, 91, 96, 100, 103, 106, 109, 112, 114, 116, 118, 120, 122, 124, 126, 128, 130, 131]
const NEW_CHROME = [132, 133, 134, 135, 136, 137, 138, 139]
const ALL_CHROME = [...CHROME, ...NEW_CHROME]
const FIREFOX = [52, 60, 68, 78, 91, 102, 109, 115, 118, 121, 124, 127, 128, 130, 132, 134, 136, 138, 140, 141]

const DESKTOPS = [
  ['Windows NT 10.0; Win64; x64', 'Windows'],
  ['Windows NT 6.1; Win64; x64', 'Windows'],
  ['Windows NT 10.0; WOW64', 'Windows'],
  ['Macintosh; Intel Mac OS X 10_15_7', 'macOS'],
  ['X11; Linux x86_64', 'Linux'],
  ['X11; CrOS x86_64 14541.0.0', 'ChromeOS'],
] as const

const PHONES = [
  '10; K',
  '8.1.0; CPH1909',
  '11; M2101K6G',
  '12; moto g(60)',
  '13; SM-A536B',
  '14; Pixel 8',
  '15; CUBOT X70',
]
const TABLETS = ['9; SM-T510', '12; SM-X200', '13; Lenovo TB-X606F', '14; Pixel Tablet', '10; MatePad BAH3-W09']

const IOS = ['12_5_7', '13_7', '14_8', '15_8_3', '16_7_10', '17_6_1', '18_5', '18_6']

const desktop = (browser: string, os: string): SessionDevice => ({ browser, os, kind: 'desktop' })
const android = (browser: string, kind: 'phone' | 'tablet' = 'phone'): SessionDevice => ({
  browser,
  os: 'Android',
  kind,
})
const iphone = (browser: string): SessionDevice => ({ browser, os: 'iOS', kind: 'phone' })
const ipad = (browser: string): SessionDevice => ({ browser, os: 'iPadOS', kind: 'tablet' })

const chromium = (system: string, version: number, after = '') =>
  `Mozilla/5.0 (${system}) ${WEBKIT} Chrome/${version}.0.0.0 Safari/537.36${after}`
const onAndroid = (system: string, middle: string, after = '') =>
  `Mozilla/5.0 (Linux; Android ${system}) ${WEBKIT} ${middle} Mobile Safari/537.36${after}`
const onIphone = (version: string, middle: string) =>
  `Mozilla/5.0 (iPhone; CPU iPhone OS ${version} like Mac OS X) ${APPLE} ${middle}`
const onIpad = (version: string, middle: string) =>
  `Mozilla/5.0 (iPad; CPU OS ${version} like Mac OS X) ${APPLE} ${middle}`
const dotted = (version: string) => version.replaceAll('_', '.')

const chrome: Known[] = [
  ...ALL_CHROME.flatMap((version) =>
    DESKTOPS.map(([system, os]): Known => [chromium(system, version), desktop('Chrome', os)]),
  ),
  ...ALL_CHROME.flatMap((version) =>
    PHONES.map((system): Known => [onAndroid(system, `Chrome/${version}.0.0.0`), android('Chrome')]),
  ),
  ...NEW_CHROME.flatMap((version) =>
    TABLETS.map((system): Known => [chromium(`Linux; Android ${system}`, version), android('Chrome', 'tablet')]),
  ),
  ...NEW_CHROME.flatMap((version): Known[] => [
    [onIphone('18_5', `CriOS/${version}.0.0.0 Mobile/15E148 Safari/604.1`), iphone('Chrome')],
    [onIpad('18_5', `CriOS/${version}.0.0.0 Mobile/15E148 Safari/604.1`), ipad('Chrome')],
  ]),
]

/** Browsers that add their name to that of Chrome. */
const LIKE_CHROME = [
  ['Edge', ' Edg/VERSION.0.0.0'],
  ['Opera', ' OPR/VERSION.0.0.0'],
  ['Vivaldi', ' Vivaldi/7.1.3570.39'],
  ['Yandex Browser', ' YaBrowser/25.2.0.0'],
  ['Whale', ' Whale/4.30.291.11'],
  ['DuckDuckGo', ' Ddg/VERSION.0'],
] as const

const likeChrome: Known[] = LIKE_CHROME.flatMap(([name, after]) =>
  [109, 120, 126, ...NEW_CHROME].flatMap((version) =>
    DESKTOPS.slice(0, 4).map(
      ([system, os]): Known => [chromium(system, version, after.replace('VERSION', `${version}`)), desktop(name, os)],
    ),
  ),
)

const ON_ANDROID = [
  ['Samsung Internet', 'SamsungBrowser/27.0 Chrome/125.0.0.0', ''],
  ['Samsung Internet', 'SamsungBrowser/19.1 Chrome/102.0.5005.125', ''],
  ['Edge', 'Chrome/138.0.0.0', ' EdgA/138.0.0.0'],
  ['Opera', 'Chrome/137.0.0.0', ' OPR/90.0.0.0'],
  ['Yandex Browser', 'Chrome/134.0.0.0 YaBrowser/25.4.0.0', ''],
  ['DuckDuckGo', 'Version/4.0 Chrome/138.0.0.0', ' DuckDuckGo/5'],
  ['Huawei Browser', 'Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312', ''],
  ['Mi Browser', 'Version/4.0 Chrome/112.0.5615.136', ' XiaoMi/MiuiBrowser/14.20.0'],
  ['UC Browser', 'Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.7.8.1322', ''],
  ['Facebook', 'Version/4.0 Chrome/138.0.0.0', ' [FB_IAB/FB4A;FBAV/518.0.0.63.86;]'],
  ['Instagram', 'Version/4.0 Chrome/137.0.0.0', ' Instagram 385.0.0.47.74 Android (34/14; 420dpi)'],
  ['TikTok', 'Version/4.0 Chrome/136.0.0.0', ' trill_390405 JsSdk/1.0 BytedanceWebview/d8a21c6'],
  ['LinkedIn', 'Version/4.0 Chrome/135.0.0.0', ' [LinkedInApp]/4.1.1079'],
  ['WeChat', 'Version/4.0 Chrome/130.0.0.0', ' MicroMessenger/8.0.58.2841 NetType/WIFI'],
  ['LINE', 'Version/4.0 Chrome/138.0.0.0', ' Line/15.10.1/IAB'],
  ['Google Search', 'Version/4.0 Chrome/138.0.0.0', ' GSA/16.27.44.sa.arm64'],
] as const

const androidBrowsers: Known[] = ON_ANDROID.flatMap(([name, middle, after]) =>
  PHONES.map((system): Known => [onAndroid(system, middle, after), android(name)]),
)

const SAFARI_SYSTEMS = ['10_12_6', '10_13_6', '10_14_6', '10_15_7']
const SAFARI = ['12.1.2', '13.1.2', '14.1.2', '15.6.1', '16.6', '17.6', '18.0', '18.5', '26.0']

const safari: Known[] = [
  // An iPad that requests desktop pages sends the same.
  ...SAFARI.flatMap((version) =>
    SAFARI_SYSTEMS.map(
      (system): Known => [
        `Mozilla/5.0 (Macintosh; Intel Mac OS X ${system}) ${APPLE} Version/${version} Safari/605.1.15`,
        desktop('Safari', 'macOS'),
      ],
    ),
  ),
  ...IOS.flatMap((version): Known[] => {
    const end = `Version/${dotted(version)} Mobile/15E148 Safari/604.1`
    return [
      [onIphone(version, end), iphone('Safari')],
      [onIpad(version, end), ipad('Safari')],
      [onIphone(version, `Version/${dotted(version)} EdgiOS/138.0.0.0 Mobile/15E148 Safari/605.1.15`), iphone('Edge')],
      [onIpad(version, `FxiOS/140.0 Mobile/15E148 Safari/605.1.15`), ipad('Firefox')],
      [onIphone(version, `FxiOS/140.0 Mobile/15E148 Safari/605.1.15`), iphone('Firefox')],
      [onIphone(version, `FxiOS/8.1.2 Mobile/15E148 Focus/8.1.2 Safari/605.1.15`), iphone('Firefox Focus')],
      [onIphone(version, `GSA/375.0.0 Mobile/15E148 Safari/604.1`), iphone('Google Search')],
      [
        onIphone(version, `Version/${dotted(version)} Mobile/15E148 DuckDuckGo/7 Safari/605.1.15`),
        iphone('DuckDuckGo'),
      ],
      [onIphone(version, `Version/${dotted(version)} Mobile/15E148 Safari/604.1 OPT/5.4.0`), iphone('Opera')],
      [onIphone(version, `Mobile/15E148 [FBAN/FBIOS;FBAV/518.0.0;FBDV/iPhone15,2;FBSN/iOS]`), iphone('Facebook')],
      [onIphone(version, `Mobile/15E148 Instagram 385.0.0 (iPhone15,2; iOS ${version}; en_US)`), iphone('Instagram')],
      [onIphone(version, `Mobile/15E148 MicroMessenger/8.0.58(0x18003a2f) NetType/WIFI`), iphone('WeChat')],
    ]
  }),
]

const FIREFOX_SYSTEMS = [
  ['Windows NT 10.0; Win64; x64', 'Windows'],
  ['Windows NT 6.1; Win64; x64', 'Windows'],
  ['Macintosh; Intel Mac OS X 10.15', 'macOS'],
  ['X11; Linux x86_64', 'Linux'],
  ['X11; Ubuntu; Linux x86_64', 'Linux'],
  ['X11; Fedora; Linux x86_64', 'Linux'],
  ['X11; FreeBSD amd64', 'BSD'],
] as const

const firefox: Known[] = FIREFOX.flatMap((version): Known[] => [
  ...FIREFOX_SYSTEMS.map(
    ([system, os]): Known => [
      `Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
      desktop('Firefox', os),
    ],
  ),
  [`Mozilla/5.0 (Android 13; Mobile; rv:${version}.0) Gecko/${version}.0 Firefox/${version}.0`, android('Firefox')],
  [
    `Mozilla/5.0 (Android 13; Tablet; rv:${version}.0) Gecko/${version}.0 Firefox/${version}.0`,
    android('Firefox', 'tablet'),
  ],
])

const WINDOWS = ['Windows NT 5.1', 'Windows NT 6.0', 'Windows NT 6.1', 'Windows NT 6.1; WOW64', 'Windows NT 6.2']
const old: Known[] = [
  ...WINDOWS.flatMap((system): Known[] => [
    [`Mozilla/4.0 (compatible; MSIE 8.0; ${system}; Trident/4.0)`, desktop('Internet Explorer', 'Windows')],
    [`Mozilla/5.0 (compatible; MSIE 10.0; ${system}; Trident/6.0)`, desktop('Internet Explorer', 'Windows')],
    [`Mozilla/5.0 (${system}; Trident/7.0; rv:11.0) like Gecko`, desktop('Internet Explorer', 'Windows')],
    [`Opera/9.80 (${system}; U; en) Presto/2.10.289 Version/12.02`, desktop('Opera', 'Windows')],
    [
      `Mozilla/5.0 (${system}; rv:52.0) Gecko/20100101 Goanna/4.1 Firefox/52.9 PaleMoon/28.0`,
      desktop('Pale Moon', 'Windows'),
    ],
    [`Mozilla/5.0 (${system}; rv:60.0) Gecko/20100101 Firefox/60.0 SeaMonkey/2.53.1`, desktop('SeaMonkey', 'Windows')],
  ]),
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763`,
    desktop('Edge', 'Windows'),
  ],
  [
    'Mozilla/5.0 (Linux; U; Android 4.0.3; en-us; GT-I9100) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
    android('Android Browser'),
  ],
  [
    `Mozilla/5.0 (Linux; Android 9; KFMAWI) ${WEBKIT} Silk/126.4.1 like Chrome/126.0.6478.188 Safari/537.36`,
    android('Amazon Silk', 'tablet'),
  ],
  [
    `Mozilla/5.0 (Linux; Android 13; SM-G991B; wv) ${WEBKIT} Version/4.0 Chrome/138.0.0.0 Mobile Safari/537.36`,
    android('Android WebView'),
  ],
  [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Slack/4.43.52 Chrome/134.0.0.0 Electron/35.1.5 Safari/537.36`,
    desktop('Slack', 'macOS'),
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Teams/25.1 Chrome/134.0.0.0 Electron/35.1.5 Safari/537.36`,
    desktop('Teams', 'Windows'),
  ],
  [
    'Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5',
    { browser: 'Firefox', os: 'KaiOS', kind: 'phone' },
  ],
]

/** Televisions and consoles: `unknown`, with the names that they give. */
const screens: Known[] = [
  [
    'Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15',
    { browser: 'Safari', os: 'PlayStation', kind: 'unknown' },
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) ${WEBKIT} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0`,
    { browser: 'Edge', os: 'Xbox', kind: 'unknown' },
  ],
  [
    `Mozilla/5.0 (Web0S; Linux/SmartTV) ${WEBKIT} Chrome/108.0.5359.211 Safari/537.36`,
    { browser: 'WebOS Browser', os: 'webOS', kind: 'unknown' },
  ],
  [
    `Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) ${WEBKIT} SamsungBrowser/5.0 Chrome/94.0.4606.31 TV Safari/537.36`,
    { browser: 'Samsung Internet', os: 'Tizen', kind: 'unknown' },
  ],
  [
    `Mozilla/5.0 (Linux; Android 9; AFTMM) ${WEBKIT} Silk/126.4.1 like Chrome/126.0.6478.188 Safari/537.36`,
    { browser: 'Amazon Silk', os: 'Android', kind: 'unknown' },
  ],
]

const noise: Known[] = ['x', '-', 'null', '<script>alert(1)</script>', 'Mozilla/5.0', '() { :; }; echo'].map(
  (text): Known => [text, { kind: 'unknown' }],
)

/** More than a thousand, all different. */
export const userAgents: readonly Known[] = [
  ...chrome,
  ...likeChrome,
  ...androidBrowsers,
  ...safari,
  ...firefox,
  ...old,
  ...screens,
  ...noise,
  ...botUserAgents.map((text): Known => [text, { kind: 'bot' }]),
]
