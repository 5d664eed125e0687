/** What our own pages need: nothing from elsewhere. Styles inline, because the viewers write theirs at run time. */
const DIRECTIVES = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  // ReDoc's search index.
  'worker-src': ["'self'", 'blob:'],
  'base-uri': ["'self'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** For @fastify/helmet. No HSTS: whether there is TLS in front is the deployment's affair. */
const headersOf = (directives: Record<string, string[]>) => ({
  contentSecurityPolicy: { useDefaults: false, directives },
  strictTransportSecurity: false,
});

export const PAGE_HEADERS = headersOf(DIRECTIVES);

/** What we build ourselves writes no style or script into the page. */
export const STRICT_PAGE_HEADERS = headersOf({
  ...DIRECTIVES,
  'style-src': ["'self'"],
  'worker-src': ["'none'"],
  'base-uri': ["'none'"],
});
