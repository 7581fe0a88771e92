import {
  ScalarType,
  type DescField,
  type DescMessage,
  type DescMethod,
  type JsonObject,
  type JsonValue,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { Contracts, Rules } from "../../support/contracts.ts";
import { marker } from "./samples.ts";

/** BadRequest is a sample with one thing wrong. */
export interface BadRequest {
  readonly what: string;
  readonly request: JsonObject;
  /** The field that the refusal must name; empty for a rule of the whole message. */
  readonly field: string;
}

/** badRequests breaks each rule that the contract has for a method's input, one at a time. */
export function badRequests(contracts: Contracts, method: DescMethod, sample: JsonObject): BadRequest[] {
  return [
    ...brokenFields(contracts, method.input, sample),
    ...contracts.messageRulesOf(method.input).flatMap((rule) => brokenMessages(rule, sample)),
  ];
}

/** boundless names the fields of a request that may be anything at all; true and false need no limit. */
export function boundless(contracts: Contracts, message: DescMessage): string[] {
  return message.fields.flatMap((field) => {
    // The range of time itself is its limit, and whoever takes one decides what is too far.
    if (field.message?.typeName === "google.protobuf.Timestamp") return [];
    if (field.message) return boundless(contracts, field.message).map((name) => `${field.name}.${name}`);
    return field.scalar === ScalarType.BOOL || contracts.rulesOf(field) ? [] : [field.name];
  });
}

function brokenFields(contracts: Contracts, message: DescMessage, sample: JsonObject): BadRequest[] {
  return message.fields.flatMap((field) => {
    const name = field.jsonName;
    const own = badValues(contracts.rulesOf(field) ?? {}, field, sample[name]).map(({ value, at = "" }) => ({
      what: `${field.name} = ${JSON.stringify(value)?.slice(0, 40)}`,
      request: without(sample, name, value),
      field: field.name + at,
    }));
    const inner = sample[name];
    if (!field.message || field.fieldKind !== "message" || !isObject(inner)) return own;
    const nested = brokenFields(contracts, field.message, inner).map((each) => ({
      what: `${field.name}.${each.what}`,
      request: { ...sample, [name]: each.request },
      field: `${field.name}.${each.field}`,
    }));
    return [...own, ...nested];
  });
}

/** BadValue is a value that a rule forbids; undefined leaves the field out. `at` is where in a list it stands. */
interface BadValue {
  readonly value: JsonValue | undefined;
  readonly at?: string;
}

function badValues(rules: Rules, field: DescField, sound: JsonValue | undefined): BadValue[] {
  const mayBeMissing = field.presence === FeatureSet_FieldPresence.EXPLICIT && rules.required !== true;
  const values = [
    ...(rules.required ? [undefined] : []),
    ...(rules.cel ?? []).flatMap(({ id }) => forbiddenBy(id)),
    ...(rules.string ? badStrings(rules.string) : []),
    ...(rules.int32?.gte === undefined ? [] : [rules.int32.gte - 1, -(2 ** 31)]),
    ...(rules.int32?.lte === undefined ? [] : [rules.int32.lte + 1, 2 ** 31 - 1]),
    ...(rules.enum?.definedOnly ? [99, -1] : []),
  ].filter((value) => !(mayBeMissing && value === undefined));
  const lists = rules.repeated ? badLists(rules.repeated, field, sound) : [];
  return [...values.map((value) => ({ value })), ...lists];
}

function badStrings(rules: NonNullable<Rules["string"]>): (string | undefined)[] {
  return Object.entries(rules).flatMap(([rule, limit]) => {
    switch (rule) {
      case "uuid":
        return [undefined, "", marker, filler(5000), "{01920000-0000-7000-8000-000000000000}"];
      case "minLen":
        return [undefined, filler(Number(limit) - 1)];
      case "maxLen":
        return [filler(Number(limit) + 1)];
      case "maxBytes":
        return ["é".repeat(Number(limit) / 2 + 1)];
      case "pattern":
        return ["☃", "two words", filler(5000)];
      default:
        throw new Error(`no bad value is known for the rule ${rule}`);
    }
  });
}

function badLists(
  { minItems, maxItems, items }: NonNullable<Rules["repeated"]>,
  field: DescField,
  sound: JsonValue | undefined,
): BadValue[] {
  const [item = ""] = Array.isArray(sound) ? sound : [];
  return [
    ...(minItems === undefined ? [] : [{ value: [] }, { value: undefined }]),
    ...(maxItems === undefined ? [] : [{ value: Array.from({ length: Number(maxItems) + 1 }, () => item) }]),
    ...badValues(items ?? {}, field, undefined).flatMap(({ value }) =>
      value === undefined ? [] : [{ value: [item, value], at: "[1]" }],
    ),
  ];
}

function forbiddenBy(rule: string): string[] {
  switch (rule) {
    case "email":
      return ["", marker, `${marker}@example`, `two ${marker}@example.com`, `${filler(250)}@example.com`];
    case "title":
      return ["", "   ", filler(201), `line\n${marker}`, `nul\0${marker}`];
    default:
      throw new Error(`no bad value is known for the rule ${rule}`);
  }
}

function brokenMessages(rule: string, sample: JsonObject): BadRequest[] {
  switch (rule) {
    case "something_to_change": {
      const { title: _, price: _price, email: _email, newPassword: _password, ...rest } = sample;
      return [{ what: "nothing to change", request: rest, field: "" }];
    }
    case "ids_or_all":
      return [
        { what: "neither ids nor all", request: {}, field: "" },
        { what: "both ids and all", request: { ...sample, all: true }, field: "" },
      ];
    default:
      throw new Error(`no bad request is known for the rule ${rule}`);
  }
}

function without(sample: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  const { [name]: _, ...rest } = sample;
  return value === undefined ? rest : { ...rest, [name]: value };
}

function filler(length: number): string {
  return marker.repeat(Math.ceil(length / marker.length)).slice(0, Math.max(0, length));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
