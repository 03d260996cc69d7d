/** Called with the part of a form that has been sent, from 0 to 1. */
type OnSent = (part: number) => void;

const watched = new WeakMap<FormData, OnSent>();

/** A form whose sending is watched. */
export function watch(form: FormData, onSent: OnSent): FormData {
  watched.set(form, onSent);
  return form;
}

/** `fetch`, which reports how much of a watched form has been sent. */
export const send: typeof globalThis.fetch = (input, init) => {
  const onSent = init?.body instanceof FormData ? watched.get(init.body) : undefined;
  return onSent && init ? sendForm(String(input), init, onSent) : globalThis.fetch(input, init);
};

/** Only `XMLHttpRequest` reports how much of a body has been sent. */
function sendForm(url: string, { method = 'POST', headers, body, signal }: RequestInit, onSent: OnSent) {
  return new Promise<Response>((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, url);
    new Headers(headers).forEach((value, name) => {
      request.setRequestHeader(name, value);
    });
    request.responseType = 'text';
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => lengthComputable && onSent(loaded / total);
    request.upload.onload = () => onSent(1);
    request.onload = () => {
      const type = request.getResponseHeader('content-type');
      const hasBody = request.status !== 204;
      resolve(
        new Response(hasBody ? request.responseText : null, {
          status: request.status,
          headers: type ? { 'content-type': type } : {},
        }),
      );
    };
    request.onerror = () => reject(new TypeError('the connection was lost'));
    request.onabort = () => reject(signal?.reason ?? new DOMException('aborted', 'AbortError'));
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    request.send(body as FormData);
  });
}
