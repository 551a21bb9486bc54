-- The record. Every table with a person's data leads with (bucket, person); the bucket is what many
-- servers would be distributed by. Times are microseconds since 1970 UTC (bigint): computed in Python
-- only, and cheap to compare. SQL here is what PostgreSQL 17 knows.

create sequence person_key as bigint minvalue 1 cache 16;
create sequence commit_key as bigint minvalue 1 cache 64;

-- A database's stretch of transaction ids: an xid8 means something in one era only.
create table era (
    era         smallint primary key,
    system      text not null,          -- pg_control_system().system_identifier
    timeline    integer not null,
    opened      timestamptz not null
);

-- One internal key of a person. `lead` points to the key that leads when Patients are joined.
create table person (
    bucket      smallint not null,
    person      bigint not null,
    lead_bucket smallint,
    lead        bigint,
    version     bigint not null default 0,   -- raised by every commit; never leaves the server
    touched     bigint not null default 0,   -- lastUpdated of the last commit
    blocked     boolean not null default false,   -- rows in `block` exist
    protected   boolean not null default false,   -- protected address
    reserved    boolean not null default false,   -- referred to, the Patient is not here yet
    primary key (bucket, person)
) with (fillfactor = 70);

-- Every version of every entry that has a person (or is "nobody's, of the organisation": person 0).
create table entry (
    bucket      smallint not null,
    person      bigint not null,
    type        smallint not null,           -- felles.record.numbers.TYPES
    id          text collate "C" not null,
    form        smallint not null default 0, -- 0 whole, 1 what a look-up shows (Patient)
    version     integer not null,
    state       smallint not null default 0, -- 0 current, 1 ended and still indexed, 2 ended
    deleted     boolean not null default false,
    kind        smallint not null,           -- felles.record.kinds
    org         bigint not null,             -- responsible organisation: hash of "Organization/id"
    author      text collate "C" not null,   -- reference of who wrote it
    behalf      text collate "C",            -- reference of whom it was written for
    self        bigint not null,             -- hash of "Type/id"
    code        bigint,                      -- mark of the first coding's bare code of the main code
    many        boolean not null default false, -- the main code has several bare codes
    low         bigint not null,             -- clinical period [low, high); the main date
    high        bigint not null,
    updated     bigint not null,             -- meta.lastUpdated
    commit      bigint not null,             -- writes of one commit share it
    era         smallint not null,           -- era and transaction that made this version
    xid         xid8 not null,
    end_era     smallint,                    -- era and transaction that ended it
    end_xid     xid8,
    indexer     smallint not null,           -- version of the extraction that filled the columns below
    marks       bigint[] not null,           -- equality terms (token, reference, uri, exact string, present)
    terms       jsonb,                       -- ranges and texts per search parameter
    refs        text[] collate "C",          -- 'param=Type/id' of literal references
    body        text collate "C" not null,   -- canonical JSON as served; '' when deleted
    primary key (bucket, type, id, form, version)
);
alter table entry alter column body set storage external;
create index entry_person on entry (bucket, person, type, code, low, id) where state < 2;
create index entry_many on entry (bucket, person, type, low, id) where state < 2 and many;
create index entry_region on entry (type, code, low, id) where state < 2;
create index entry_feed on entry (era, xid);
create index entry_ended on entry (end_era, end_xid) where state = 1;
create index entry_nobody on entry (org, type) where person = 0 and state < 2;

-- What belongs to nobody: the closed list of record/homes.py. Same columns (bucket -1, person 0).
create table shared (like entry including defaults including storage);
alter table shared add primary key (bucket, type, id, form, version);
create index shared_type on shared (type, code, low, id) where state < 2;
create index shared_feed on shared (era, xid);
create index shared_ended on shared (end_era, end_xid) where state = 1;

-- Claim tables: unique across the region.
create table directory (
    type        smallint not null,
    id          text collate "C" not null,
    bucket      smallint not null,           -- -1: in `shared`
    person      bigint not null,
    source      bytea,                       -- hash of the input an import last took it from
    source_time bigint,                      -- meta.lastUpdated of that input
    source_version integer,                  -- our version that the import wrote
    primary key (type, id)
);
create table national_number (
    number      text collate "C" primary key,
    bucket      smallint not null,
    person      bigint not null,
    id          text collate "C" not null    -- the Patient that holds it
);

-- Where to begin a search that names no person.
create table pointer (
    mark        bigint not null,             -- an identifier, or a reference out of the person's own record
    type        smallint not null,
    bucket      smallint not null,
    person      bigint not null,
    id          text collate "C" not null,
    primary key (mark, type, bucket, id)
);
create table name (
    type        smallint not null,           -- Patient, Practitioner, RelatedPerson, Person
    word        text collate "C" not null,   -- folded
    part        smallint not null,           -- 0 family 1 given 2 text 3 prefix 4 suffix
    bucket      smallint not null,
    person      bigint not null,
    id          text collate "C" not null,
    primary key (type, word, part, bucket, id)
);
-- One row per live Patient: finding people by birth date and place, and the order of lists.
create table face (
    bucket      smallint not null,
    person      bigint not null,
    id          text collate "C" not null,
    born        date,
    municipality text collate "C",
    sort_key    text collate "C" not null,
    primary key (bucket, person, id)
);
create index face_born on face (born, sort_key);

-- Who staffs what. Small; every server has it.
create table staffing (
    actor       bigint not null,             -- hash of "Practitioner/id"
    org         bigint not null,             -- organisation in whose name (hash of "Organization/id")
    party       bigint not null,             -- organisation, unit, role or the actor: what relations join to
    role        text collate "C" not null,   -- felles.access role code
    source      text collate "C" not null,   -- the PractitionerRole it is derived from
    since       bigint not null,
    until       bigint not null,
    primary key (actor, org, party, source)
);
create index staffing_party on staffing (party);

-- A care relation: joins a person to a party, with its basis.
create table relation (
    bucket      smallint not null,
    person      bigint not null,
    party       bigint not null,
    basis       smallint not null,           -- felles.record.relations.BASES
    source      text collate "C" not null,   -- "EpisodeOfCare/x": the entry it follows from
    writer      text collate "C" not null,   -- who wrote that entry
    since       bigint not null,             -- clinical time
    until       bigint not null,
    primary key (bucket, person, party, basis, source)
);
create index relation_party on relation (party, bucket, person);

-- What the person has closed. Pages come with the doors; the reads obey from the start.
create table block (
    bucket      smallint not null,
    person      bigint not null,
    id          text collate "C" not null,
    against     smallint not null,           -- 0 all, 1 organisation, 2 role (hash of its code), 3 one actor
    party       bigint not null,             -- 0 for all
    kind        smallint,                    -- null: any
    org         bigint,                      -- entries of this organisation; null: any
    item        bigint,                      -- `self` of one entry; null: any
    low         bigint not null,             -- clinical period that is blocked
    high        bigint not null,
    since       bigint not null,
    until       bigint not null,
    primary key (bucket, person, id)
);

-- The access log. One leaf for each person touched by a request.
create table leaf (
    era         smallint not null,
    xid         xid8 not null,
    number      bigint generated always as identity,
    bucket      smallint not null,
    person      bigint not null,             -- 0: about nobody (a count over several, a run of maintenance)
    at          bigint not null,
    digest      bytea not null,              -- sha256(salt || text)
    salt        bytea,                       -- null with the text: lawfully erased
    text        text collate "C",
    primary key (era, xid, number)
);
create index leaf_person on leaf (bucket, person, number);

-- Tick and seal are one row: all leaves visible now and in no earlier tick.
create table tick (
    tick        bigint primary key,
    era         smallint not null,
    at          bigint not null,
    snapshot    pg_snapshot not null,
    leaves      bigint not null,
    digest      bytea not null,              -- sha256 over the leaves' digests in order (xid, number)
    previous    bytea not null,              -- hash of the tick before
    hash        bytea not null,
    signature   bytea not null,
    key_id      text collate "C" not null
);

-- What must reach somebody. Written in the commit; leased per bucket by the worker.
create table outbox (
    bucket      smallint not null,
    number      bigint generated always as identity,
    person      bigint not null,
    version     bigint not null,             -- the person's version: order per person and receiver
    receiver    text collate "C" not null,
    event       text collate "C" not null,
    about       text collate "C" not null,   -- "Type/id/_history/n"
    body        jsonb,
    made        bigint not null,
    tries       integer not null default 0,
    next_try    bigint not null default 0,
    primary key (bucket, number)
);

-- Long runs that can be resumed (reindex, cleaning, import).
create table run (
    name        text collate "C" primary key,
    state       jsonb not null,
    changed     bigint not null
);

-- The types' names, for statements that write references (felles.record.numbers; a test compares).
create table type_name (
    type        smallint primary key,
    name        text collate "C" not null
);
insert into type_name (type, name) values
    (1, 'Account'), (2, 'ActivityDefinition'), (3, 'AdverseEvent'), (4, 'AllergyIntolerance'),
    (5, 'Appointment'), (6, 'AppointmentResponse'), (7, 'AuditEvent'), (8, 'Basic'),
    (9, 'Binary'), (10, 'BiologicallyDerivedProduct'), (11, 'BodyStructure'), (12, 'Bundle'),
    (13, 'CapabilityStatement'), (14, 'CarePlan'), (15, 'CareTeam'), (16, 'CatalogEntry'),
    (17, 'ChargeItem'), (18, 'ChargeItemDefinition'), (19, 'Claim'), (20, 'ClaimResponse'),
    (21, 'ClinicalImpression'), (22, 'CodeSystem'), (23, 'Communication'), (24, 'CommunicationRequest'),
    (25, 'CompartmentDefinition'), (26, 'Composition'), (27, 'ConceptMap'), (28, 'Condition'),
    (29, 'Consent'), (30, 'Contract'), (31, 'Coverage'), (32, 'CoverageEligibilityRequest'),
    (33, 'CoverageEligibilityResponse'), (34, 'DetectedIssue'), (35, 'Device'), (36, 'DeviceDefinition'),
    (37, 'DeviceMetric'), (38, 'DeviceRequest'), (39, 'DeviceUseStatement'), (40, 'DiagnosticReport'),
    (41, 'DocumentManifest'), (42, 'DocumentReference'), (43, 'EffectEvidenceSynthesis'), (44, 'Encounter'),
    (45, 'Endpoint'), (46, 'EnrollmentRequest'), (47, 'EnrollmentResponse'), (48, 'EpisodeOfCare'),
    (49, 'EventDefinition'), (50, 'Evidence'), (51, 'EvidenceVariable'), (52, 'ExampleScenario'),
    (53, 'ExplanationOfBenefit'), (54, 'FamilyMemberHistory'), (55, 'Flag'), (56, 'Goal'),
    (57, 'GraphDefinition'), (58, 'Group'), (59, 'GuidanceResponse'), (60, 'HealthcareService'),
    (61, 'ImagingStudy'), (62, 'Immunization'), (63, 'ImmunizationEvaluation'), (64, 'ImmunizationRecommendation'),
    (65, 'ImplementationGuide'), (66, 'InsurancePlan'), (67, 'Invoice'), (68, 'Library'),
    (69, 'Linkage'), (70, 'List'), (71, 'Location'), (72, 'Measure'),
    (73, 'MeasureReport'), (74, 'Media'), (75, 'Medication'), (76, 'MedicationAdministration'),
    (77, 'MedicationDispense'), (78, 'MedicationKnowledge'), (79, 'MedicationRequest'), (80, 'MedicationStatement'),
    (81, 'MedicinalProduct'), (82, 'MedicinalProductAuthorization'), (83, 'MedicinalProductContraindication'), (84, 'MedicinalProductIndication'),
    (85, 'MedicinalProductIngredient'), (86, 'MedicinalProductInteraction'), (87, 'MedicinalProductManufactured'), (88, 'MedicinalProductPackaged'),
    (89, 'MedicinalProductPharmaceutical'), (90, 'MedicinalProductUndesirableEffect'), (91, 'MessageDefinition'), (92, 'MessageHeader'),
    (93, 'MolecularSequence'), (94, 'NamingSystem'), (95, 'NutritionOrder'), (96, 'Observation'),
    (97, 'ObservationDefinition'), (98, 'OperationDefinition'), (99, 'OperationOutcome'), (100, 'Organization'),
    (101, 'OrganizationAffiliation'), (102, 'Parameters'), (103, 'Patient'), (104, 'PaymentNotice'),
    (105, 'PaymentReconciliation'), (106, 'Person'), (107, 'PlanDefinition'), (108, 'Practitioner'),
    (109, 'PractitionerRole'), (110, 'Procedure'), (111, 'Provenance'), (112, 'Questionnaire'),
    (113, 'QuestionnaireResponse'), (114, 'RelatedPerson'), (115, 'RequestGroup'), (116, 'ResearchDefinition'),
    (117, 'ResearchElementDefinition'), (118, 'ResearchStudy'), (119, 'ResearchSubject'), (120, 'RiskAssessment'),
    (121, 'RiskEvidenceSynthesis'), (122, 'Schedule'), (123, 'SearchParameter'), (124, 'ServiceRequest'),
    (125, 'Slot'), (126, 'Specimen'), (127, 'SpecimenDefinition'), (128, 'StructureDefinition'),
    (129, 'StructureMap'), (130, 'Subscription'), (131, 'Substance'), (132, 'SubstanceNucleicAcid'),
    (133, 'SubstancePolymer'), (134, 'SubstanceProtein'), (135, 'SubstanceReferenceInformation'), (136, 'SubstanceSourceMaterial'),
    (137, 'SubstanceSpecification'), (138, 'SupplyDelivery'), (139, 'SupplyRequest'), (140, 'Task'),
    (141, 'TerminologyCapabilities'), (142, 'TestReport'), (143, 'TestScript'), (144, 'ValueSet'),
    (145, 'VerificationResult'), (146, 'VisionPrescription');
