// @ts-check
/** The REST API: JSON in, JSON out; problems (RFC 9457) become errors that can be shown. */

const ROOT = "/api/v1";

export class ApiError extends Error {
  /**
   * @param {number} status 0 when the server could not be reached
   * @param {string} code stable, e.g. `not_found`
   * @param {string} title a sentence in the reader's language; empty when there is none
   * @param {string | null} field the input at fault
   * @param {Record<string, any>} [details] whatever else the problem says
   */
  constructor(status, code, title, field, details = {}) {
    super(title || code);
    this.status = status;
    this.code = code;
    this.title = title;
    this.field = field;
    this.details = details;
  }
}

export class Api {
  /** @param {string} language of the problems' titles */
  constructor(language) {
    this.language = language;
  }

  /** @param {string} path @returns {Promise<any>} */
  get(path) {
    return this.send("GET", path);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body) {
    return this.send("POST", path, body);
  }

  /**
   * A creating request carries one idempotency key over its retries. An access token that has
   * run out is renewed once, without the reader noticing.
   * @param {string} method @param {string} path below /api/v1 @param {unknown} [body] a file goes as it is
   * @returns {Promise<any>} a file comes as it is, too
   */
  async send(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { accept: "application/json", "accept-language": this.language };
    const isFile = body instanceof Blob;
    if (body !== undefined) headers["content-type"] = isFile ? "application/octet-stream" : "application/json";
    if (method === "POST") headers["idempotency-key"] = crypto.randomUUID();
    /** @type {RequestInit} */
    const request = {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined || isFile ? body : JSON.stringify(body),
    };
    let response = await reach(ROOT + path, request);
    if (!response.ok) {
      const first = await problem(response);
      if (first.code !== "not_signed_in" || !(await this.#renew())) throw first;
      response = await reach(ROOT + path, request);
      if (!response.ok) throw await problem(response);
    }
    if (response.status === 204) return null;
    return isJson(response) ? response.json() : response.blob();
  }

  /** The sign-in is renewed if it has run out: for what the browser fetches by itself, as sound. */
  async stay() {
    await this.get("/me").catch(() => null);
  }

  async #renew() {
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", headers, credentials: /** @type {const} */ ("same-origin"), body: "{}" };
    return (await reach(`${ROOT}/refresh`, request)).ok;
  }
}

/** @param {string} url @param {RequestInit} request */
async function reach(url, request) {
  try {
    return await fetch(url, request);
  } catch {
    throw new ApiError(0, "unreachable", "", null);
  }
}

/** @param {Response} response */
async function problem(response) {
  const details = isJson(response) ? await response.json() : {};
  const code = String(details.type ?? "").split(":").pop() || "internal";
  return new ApiError(response.status, code, details.title ?? "", details.field ?? null, details);
}

/** @param {Response} response */
function isJson(response) {
  return (response.headers.get("content-type") ?? "").includes("json");
}
