/** Settings of a URL that ask for TLS, and for no check of the certificate. */
export const UNCHECKED = [
  'ssl-mode=REQUIRED',
  'sslMode=REQUIRED',
  'ssl_mode=required',
  'sslmode=require',
  'useSSL=true',
  'requireSSL=true',
  'useSSL=true&verifyServerCertificate=false',
  'tls=skip-verify',
  'sslaccept=accept_invalid_certs',
  'ssl={"rejectUnauthorized":false}',
]

/** Those that compare the name in the certificate with the host of the URL too. */
export const BY_NAME = [
  'ssl-mode=VERIFY_IDENTITY',
  'sslmode=verify-full',
  'ssl=true',
  'ssl={"rejectUnauthorized":true}',
  'tls=true',
  'sslaccept=strict',
  'useSSL=true&verifyServerCertificate=true',
]

/** Those that ask for none. */
export const PLAIN = ['', 'ssl-mode=DISABLED', 'sslmode=disable', 'ssl=false', 'tls=false', 'useSSL=false']
