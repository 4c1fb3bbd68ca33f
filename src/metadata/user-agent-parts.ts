/**
 * The preset dictionary of the compression: parts of common user agents, the most common ones last, because near matches
 * take fewer bits. Stored bytes depend on it: never change it, add a second one under another format instead.
 */
export const USER_AGENT_PARTS = Buffer.from(
  [
    'Mozilla/5.0 (compatible; bot/2.1; +http://www..com/bot.html)',
    'python-requests/2.31.0curl/8.5.0Go-http-client/1.1okhttp/4.12.0',
    'Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
    'Mozilla/5.0 (PlayStation; PlayStation 5/6.00) (Nintendo Switch; WifiWebAuthApplet) (Web0S; Linux/SmartTV) (SMART-TV; Linux; Tizen 7.0)',
    'Chrome/87.0.4280.88 Chrome/109.0.5414.120 Chrome/122.0.6261.119 Chrome/94.0.4606.31 TV Safari/537.36',
    ' [FBAN/FBIOS;FBAV/442.0.0.0;FBBV/1;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/17.0;FBSS/3;FBLC/en_US;FBOP/5]',
    ' [FB_IAB/FB4A;FBAV/442.0.0.0;] Instagram 309.0.0.0 (iPhone15,2; iOS 17_0; en_US; en; scale=3.00; 1179x2556; ) MicroMessenger/8.0.0 GSA/300.0.0 LinkedInApp Line/13.0.0',
    'Mozilla/5.0 (Linux; U; Android 4.4.2; en-us; Build/) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30',
    '; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/',
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/',
    'Mozilla/5.0 (Android 14; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0',
    'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:109.0) Gecko/20100101 Firefox/',
    'Mozilla/5.0 (Windows NT 10.0; WOW64; rv:109.0) Gecko/20100101 Firefox/',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Mozilla/5.0 (iPad; CPU OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0.0.0 FxiOS/130.0 EdgiOS/130.0.0.0 Mobile/15E148 Safari/605.1.15',
    'Mozilla/5.0 (Linux; Android 13; SM-X200) (Linux; Android 14; SM-S928B) (Linux; Android 12; Pixel 6) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36 EdgA/ OPR/ YaBrowser/24.1.0.0 Vivaldi/6.5 ',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 OPR/106.0.0.0',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0',
  ].join(''),
)
