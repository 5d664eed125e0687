declare global {
  interface Window {
    /** Where the library that keeps the page from scrolling behind a dialog looks for it. */
    __webpack_nonce__?: string;
  }
}

/** The nonce of this answer: styles that carry it may be written at run time, all others are refused. */
export const nonce = document.querySelector<HTMLElement>('meta[property=csp-nonce]')?.nonce ?? '';

window.__webpack_nonce__ = nonce;
