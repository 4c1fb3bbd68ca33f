/*
 * Text that user agents have in common, the most frequent at the end, where DEFLATE refers to it in the fewest bits. A
 * stored use opens only with the dictionary that it was packed with: a change of this text needs another form.
 */
const RARE = [
  'curl/8.5.0python-requests/2.32.3Go-http-client/2.0okhttp/4.12.0PostmanRuntime/7.43.0axios/1.7.9node-fetch',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  '[FBAN/FBIOS;FBAV/ Instagram 361.0.0.34.109 Android (34/14; 420dpi; 1080x2400; samsung; SM-',
  'Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/',
  'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:',
  'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0',
  'Mozilla/5.0 (Windows NT 6.1; Win64; x64; WOW64; Trident/7.0; rv:11.0) like Gecko',
  ' CriOS/142.0.7444.46 FxiOS/145.0 EdgiOS/142.0.3595.94 EdgA/142.0.0.0 GSA/394.0 YaBrowser/25.10.0 Vivaldi/7.6',
  ' SamsungBrowser/29.0 OPR/124.0.0.0 Edg/142.0.0.0 DuckDuckGo/5 Ddg/18.0',
]
const FREQUENT = [
  'Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148',
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
]

export const DICTIONARY = Buffer.from([...RARE, ...FREQUENT].join(''))
