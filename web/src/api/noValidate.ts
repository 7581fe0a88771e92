import { fileDesc } from "@bufbuild/protobuf/codegenv2";

/**
 * Stands in for the generated `buf/validate/validate_pb.ts` in the browser. The services check the rules
 * of fields and tell what is wrong; here their schema would only be 13 kB that nothing reads. What
 * remains is an empty file of that name, which the contracts' descriptors can name as their import.
 */
export const file_buf_validate_validate = /*@__PURE__*/ fileDesc(
  "ChtidWYvdmFsaWRhdGUvdmFsaWRhdGUucHJvdG8SDGJ1Zi52YWxpZGF0ZQ",
);
