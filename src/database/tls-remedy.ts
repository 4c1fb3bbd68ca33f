/** What a server or driver says about TLS, and what to write in the URL. */
const REMEDIES: readonly (readonly [said: RegExp, remedy: string])[] = [
  // pg_hba.conf without an entry for the connection.
  [
    /^28000: .*\b(no encryption|SSL off)\b/,
    'The server may demand TLS: write ?sslmode=verify-full or ?sslmode=require',
  ],
  [/^ER_SECURE_TRANSPORT_REQUIRED\b/, 'The server demands TLS: write ?ssl-mode=VERIFY_IDENTITY or ?ssl-mode=REQUIRED'],
  [/^HANDSHAKE_NO_SSL_SUPPORT\b/, 'The server offers no TLS: enable it there, or remove what the URL says about TLS'],
  [
    /\b(self[- ]signed certificate|unable to (get|verify) )/,
    'Name the file of the authority that signed the certificate of the server: sslrootcert for PostgreSQL, ssl-ca for MySQL',
  ],
  [/does not match certificate's altnames/, 'Write the host in the URL as it is in the certificate of the server'],
]

/** The fix for an error of a connection that has to do with TLS; undefined for every other. */
export function tlsRemedy(error: unknown): string | undefined {
  const { code = '', message = '' } = error as { code?: unknown; message?: string }
  return REMEDIES.find(([said]) => said.test(`${code}: ${message}`))?.[1]
}
