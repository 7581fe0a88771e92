import { describe, expect, test } from "@jest/globals";

import { canonical, decodeForm } from "./form.ts";

const plain = (encoded: string): unknown => JSON.parse(JSON.stringify(decodeForm(encoded)));

describe("a form-encoded body", () => {
  test("nests by its brackets", () => {
    expect(plain("a=1&b[c]=2&b[d][e]=3%264")).toEqual({ a: "1", b: { c: "2", d: { e: "3&4" } } });
  });

  test("counts a list with and without numbers alike", () => {
    expect(plain("expand[]=x&expand[]=y")).toEqual(plain("expand[0]=x&expand[1]=y"));
  });

  test("keeps a parameter named __proto__ away from every other object", () => {
    decodeForm("__proto__[polluted]=yes&a[__proto__][polluted]=yes");
    expect("polluted" in {}).toBe(false);
  });

  test("is the same whatever the order of its parameters", () => {
    expect(canonical(decodeForm("a[x]=1&a[y]=2&b=3"))).toBe(canonical(decodeForm("b=3&a[y]=2&a[x]=1")));
    expect(canonical(decodeForm("a=1"))).not.toBe(canonical(decodeForm("a=2")));
  });
});
