-- purpose: bills that are raised anew under the reference of one that was voided
-- breaking: no

-- The voided bill that this one stands for. Once for each, whoever asks at the same time.
alter table bill add column reissue_of uuid;
create unique index bill_reissue on bill (reissue_of, bucket) where reissue_of is not null;
