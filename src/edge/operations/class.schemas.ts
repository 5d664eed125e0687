import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { documentFields } from '../../platform/common/field-registry.js';
import { schemasOf, toJsonSchema, type Schemas } from './openapi.schemas.js';

/** No module of the application: a document of its routes is that of none. */
class Nothing {}

/** The JSON Schemas of DTO classes and of all that they refer to, by the names that OpenAPI has for them. */
export function schemasOfClasses(app: INestApplication, classes: Type[]): Schemas {
  documentFields();
  const document: OpenAPIObject = SwaggerModule.createDocument(app, new DocumentBuilder().build(), {
    include: [Nothing],
    extraModels: classes,
  });
  const schemas = schemasOf(document);
  for (const schema of Object.values(schemas)) toJsonSchema(schema);
  return schemas;
}

/** Refers to the schema of a class, in any document that has it among its components. */
export const refTo = (dto: Type): { $ref: string } => ({ $ref: getSchemaPath(dto) });
