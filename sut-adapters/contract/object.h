// SPDX-License-Identifier: GPL-2.0-only
// Checked objects: what a driver gets instead of raw kernel pointers. Every object that a driver
// allocates carries a header with a generation; a Ptr compares it at each access. Access to NULL
// or to a dead object is an `oops`: the task stops for ever with its locks held, as in the kernel.
// So a use after free is a verdict in release builds too. Not modelled: torn or wild pointers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace protm::contract {

/// What Host keeps in front of every object; it outlives the object, so a stale Ptr can be told.
struct alignas(16) ObjectHeader {
  std::uint32_t generation = 0;  ///< raised when the object dies
  std::uint32_t size = 0;        ///< bytes of the object behind the header
  const char* role = "";         ///< what the object is, in words: "heap", "group", "job"
  std::uint64_t serial = 0;      ///< order of allocation in this World
};

enum class OopsKind : std::uint8_t { null_access, use_after_free, bad_call };

/// Stops the current task for ever after reporting an oops of `kind` on an object of `role`.
/// Host installs the handler; without one (a bug of the harness) the process aborts.
[[noreturn]] void oops(OopsKind kind, const char* role);

/// The handler that `oops` calls. Set by Host before it lets a task run.
struct OopsHandler {
  void (*fn)(void* ctx, OopsKind kind, const char* role) = nullptr;  ///< must not return
  void* ctx = nullptr;
};
void set_oops_handler(OopsHandler handler);

/// A pointer to a checked object, or to a member of one. Copying takes no reference.
template <class T>
class Ptr {
 public:
  constexpr Ptr() = default;
  constexpr Ptr(std::nullptr_t) {}  // NOLINT: NULL is a value of every pointer
  Ptr(T* object, const ObjectHeader* header)
      : object_(object), header_(header), generation_(header != nullptr ? header->generation : 0) {}
  template <class U>
  requires std::is_convertible_v<U*, T*> Ptr(const Ptr<U>& other)  // NOLINT: upcast
      : object_(other.raw()), header_(other.header()), generation_(other.generation()) {}

  /// A pointer to member `m` of the same object, with the same life time.
  template <class M>
  [[nodiscard]] Ptr<M> member(M T::*m) const {
    T* const object = checked();
    return Ptr<M>(&(object->*m), header_, generation_);
  }

  T* operator->() const { return checked(); }
  T& operator*() const { return *checked(); }
  explicit operator bool() const { return object_ != nullptr; }
  /// The address without a check: for comparisons and Host only.
  [[nodiscard]] T* raw() const { return object_; }
  [[nodiscard]] const ObjectHeader* header() const { return header_; }
  [[nodiscard]] std::uint32_t generation() const { return generation_; }
  /// True while the object has not been freed. Host and tests only: a driver cannot ask this.
  [[nodiscard]] bool alive() const {
    return object_ != nullptr && (header_ == nullptr || header_->generation == generation_);
  }
  friend bool operator==(const Ptr& a, const Ptr& b) { return a.object_ == b.object_; }
  friend bool operator==(const Ptr& a, std::nullptr_t) { return a.object_ == nullptr; }

  Ptr(T* object, const ObjectHeader* header, std::uint32_t generation)
      : object_(object), header_(header), generation_(generation) {}

 private:
  T* checked() const {
    if (object_ == nullptr)
      oops(OopsKind::null_access, header_ != nullptr ? header_->role : "NULL");
    if (header_ != nullptr && header_->generation != generation_) {
      oops(OopsKind::use_after_free, header_->role);
    }
    return object_;
  }
  T* object_ = nullptr;
  const ObjectHeader* header_ = nullptr;  ///< nullptr: static life time, never dead
  std::uint32_t generation_ = 0;
};

/// Casts back from a base or from void; the driver knows the type, as with container_of.
template <class T, class U>
Ptr<T> ptr_cast(const Ptr<U>& p) {
  return Ptr<T>(static_cast<T*>(p.raw()), p.header(), p.generation());
}

/// A function to call later with the object that it belongs to. Data only: it may live in the
/// World. Host checks before each call that the object still lives (else: oops use_after_free).
struct Callback {
  void (*fn)(void* ctx) = nullptr;
  void* ctx = nullptr;
  const ObjectHeader* header = nullptr;
  std::uint32_t generation = 0;
  explicit operator bool() const { return fn != nullptr; }
};

/// Callback that calls `(object.*Method)()`.
template <auto Method, class T>
Callback bind(const Ptr<T>& p) {
  return Callback{[](void* ctx) { (static_cast<T*>(ctx)->*Method)(); }, p.raw(), p.header(),
                  p.generation()};
}

/// Callback that calls the free function `Fn(T*)`: the kernel's work_struct style.
template <auto Fn, class T>
Callback bind_fn(const Ptr<T>& p) {
  return Callback{[](void* ctx) { Fn(static_cast<T*>(ctx)); }, p.raw(), p.header(), p.generation()};
}

/// A non-owning reference to a callable, for calls that do not outlive the full expression.
template <class Signature>
class FunctionRef;
template <class R, class... A>
class FunctionRef<R(A...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>)
      FunctionRef(F&& f)  // NOLINT: a parameter type
      : object_(const_cast<void*>(static_cast<const void*>(&f))), call_([](void* o, A... a) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(o))(std::forward<A>(a)...);
        }) {}
  R operator()(A... a) const { return call_(object_, std::forward<A>(a)...); }

 private:
  void* object_;
  R (*call_)(void*, A...);
};

}  // namespace protm::contract
