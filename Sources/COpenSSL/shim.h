#pragma once
#include <openssl/ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

// OpenSSL spells many calls as macros or variadic functions, which Swift cannot import.

static inline int openssl_min_tls12(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// A partial write is reported as such, and the next attempt may pass another address.
static inline void openssl_set_streaming_modes(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}

static inline long openssl_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

/// Takes a reference of its own.
static inline int openssl_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline EVP_PKEY *openssl_generate_p256(void) { return EVP_EC_gen("P-256"); }

static inline uint64_t openssl_no_renegotiation(void) { return SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION; }

static inline void openssl_free(void *memory) { OPENSSL_free(memory); }

// A UTF-8 string in X509_NAME_add_entry_by_NID.
static inline int openssl_add_common_name(X509_NAME *name, const unsigned char *text, int length) {
    return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, length, -1, 0);
}
