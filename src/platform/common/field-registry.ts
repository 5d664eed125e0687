import { ApiProperty, ApiSchema, type ApiPropertyOptions } from '@nestjs/swagger';
import type { Bound } from '../config/limits.js';

// Which fields every DTO class has: written by the field decorators of fields.ts, read by validation and documents.

/** A DTO class, whatever its constructor takes. */
export type Class = abstract new (...args: never[]) => object;
/** Says which class when it is needed, so that two files may name each other. */
export type ClassRef = () => Class;

/** How the validation pipe turns plain JSON into a DTO: which fields there are, and which hold DTOs themselves. */
export interface FieldShape {
  nested?: ClassRef;
  /** Of a list: how many there may be. */
  max?: Bound;
  /** A plain string in a list of DTOs stands for a DTO with this field only. */
  shorthand?: string;
  /** How to read the field from text, which is all that query strings carry. */
  fromText?: (text: string) => unknown;
  /** Free JSON: its keys are the caller's own. */
  free?: boolean;
  /** A list whose items are validated one by one, where each is dealt with. */
  itemwise?: boolean;
  /** Holds a DTO whose class depends on the fields beside it; null: they name none, and the value is left as it is. */
  variant?: (holder: Record<string, unknown>) => Class | null;
}

/** A declared field of a DTO class. */
interface Field extends FieldShape {
  /** How a document shows the field, with the limits as they are at the time of the call. */
  document: () => ApiPropertyOptions;
}

/** The fields of each class. */
const fields = new Map<Class, Map<string, Field>>();

/** The declared fields of a DTO class, inherited ones included. A class without any has an empty map. */
export function fieldsOf(dto: Class): ReadonlyMap<string, FieldShape> {
  return fields.get(dto) ?? (inheritsFields(dto) ? fieldsOf(parentOf(dto)) : NONE);
}

const NONE: ReadonlyMap<string, FieldShape> = new Map();
const parentOf = (dto: Class): Class => Object.getPrototypeOf(dto) as Class;
const inheritsFields = (dto: Class): boolean =>
  typeof parentOf(dto) === 'function' && parentOf(dto) !== Function.prototype;

/**
 * Tells @nestjs/swagger of every field that was declared, with the limits as they are now. Whoever makes a document
 * calls this first; calling it again brings the next document up to date.
 */
export function documentFields(): void {
  completeFields();
  for (const [dto, declared] of fields) {
    for (const [name, field] of declared) ApiProperty(field.document())(dto.prototype as object, name);
  }
}

/** How documents show a field, in the dialect of @nestjs/swagger. */
export const describeField = (dto: Class, name: string): ApiPropertyOptions =>
  (fieldsOf(dto).get(name) as Field).document();

const later: (() => void)[] = [];

/**
 * Declares fields that depend on what other files declare as they are imported, such as one for each channel.
 * @param declare calls {@link addField}; runs before the first request or document, and perhaps again
 */
export const fieldsLater = (declare: () => void): unknown => later.push(declare);

/**
 * Runs what {@link fieldsLater} was given. Call it when everything is imported.
 * @throws TypeError where two classes have the same name: documents would show one of them for both
 */
export function completeFields(): void {
  for (const declare of later) declare();
  const names = new Set<string>();
  for (const { name } of fields.keys()) {
    if (names.has(name)) throw new TypeError(`Two classes are called ${name}: documents know a class by its name.`);
    names.add(name);
  }
}

/** Gives a class a field, where it has none of this name. Subclasses don't get it: name each class. */
export function addField(dto: Class, name: string, declare: PropertyDecorator): void {
  if (!fieldsOf(dto).has(name)) declare(dto.prototype as object, name);
}

/** Gives a DTO class a field, in place of one of the same name that it had. Field decorators call this. */
export function setField(dto: Class, name: string, field: Field): void {
  (fields.get(dto) ?? declareDto(dto)).set(name, field);
}

/**
 * A DTO class when its first field is declared. It begins with its parent's fields, and documents call its schema what
 * it is: `Client`, not `ClientDto`.
 * @throws TypeError when its name does not end in Dto
 */
export function declareDto(dto: Class): Map<string, Field> {
  if (!/.Dto$/.test(dto.name))
    throw new TypeError(`${dto.name} has fields of a request or an answer: call it ${dto.name}Dto.`);
  ApiSchema({ name: dto.name.replace(/Dto$/, '') })(dto);
  const own = new Map(fieldsOf(dto) as Map<string, Field>);
  fields.set(dto, own);
  return own;
}
